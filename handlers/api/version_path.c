#include "handlers/api/version_path.h"

#include "app/base/semver.h"
#include "app/registry/name.h"

const struct err *version_path_no_crate(struct req *r, struct text name)
{
	return err_new(r->arena, ERR_NOT_FOUND, "crate `%.*s` does not exist", TEXT_F(name));
}

const struct err *version_path_no_version(struct req *r, struct text name, struct text version)
{
	return err_new(r->arena, ERR_NOT_FOUND, "crate `%.*s` does not have a version `%.*s`",
		       TEXT_F(name), TEXT_F(version));
}

const struct err *version_path(struct req *r, struct text *ret_name, struct text *ret_version)
{
	struct text name = req_path(r, "name"), version = req_path(r, "version");
	struct semver v;

	if (!semver_parse(version, &v))
		return err_new(r->arena, ERR_INVALID, "Invalid URL: %.*s",
			       TEXT_F(semver_error(r->arena, version)));
	if (!name_is_valid(NAME_CRATE, name))
		return version_path_no_crate(r, name);
	*ret_name = name;
	*ret_version = version;
	return NULL;
}
