#include "app/registry/publish_meta.h"

#include "app/base/err.h"
#include "app/base/json.h"
#include "app/registry/name.h"

static const struct json_shape shape = {
	.name = "PublishMetadata",
	.size = sizeof(struct publish_meta),
	.fields = {
		JSON_FIELD_WITH(struct publish_meta, name, .required = true),
		JSON_FIELD_WITH(struct publish_meta, vers, .required = true),
		JSON_FIELD(struct publish_meta, readme),
		JSON_FIELD(struct publish_meta, readme_file),
	},
};

const struct err *publish_meta_read(struct arena *a, struct text json, struct publish_meta *ret)
{
	struct publish_meta m = { .name = TEXT_NONE };
	struct json_error why;
	const struct err *e;

	if (!json_read(a, json, &shape, &m, &why))
		return err_new(a, ERR_INVALID, "invalid upload request: %.*s", TEXT_F(why.why));
	e = name_check(a, NAME_CRATE, m.name);
	if (e)
		return e;
	if (!semver_parse(m.vers, &m.version))
		return err_new(a, ERR_INVALID, "\"%.*s\" is an invalid semver version",
			       TEXT_F(m.vers));
	/* The strict form has one spelling: what was given is what is printed again. */
	if (m.vers.n > VERSION_MAX_BYTES)
		return err_new(a, ERR_INVALID, "the version number is too long (max %d characters)",
			       VERSION_MAX_BYTES);
	*ret = m;
	return NULL;
}
