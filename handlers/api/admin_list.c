/* handlers/api/admin_list.c - GET /api/private/admin_list/{username} (contract/api.md 29.2) */
#include "db/owned.h"
#include "db/user.h"
#include "handlers/api/common.h"

static void put_crate(struct jw *j, const struct owned_admin *c)
{
	jw_object(j, NULL);
	jw_text(j, "name", c->name);
	jw_text_or_null(j, "description", c->description);
	jw_time(j, "updated_at", c->updated_us);
	jw_u64(j, "downloads", c->downloads + c->recent_downloads); /* upstream: the sum */
	jw_u64(j, "num_rev_deps", c->dependents);
	jw_u64(j, "num_versions", c->num_versions);
	jw_bool(j, "yanked", c->yanked);
	jw_text(j, "default_version_num", c->default_version);
	jw_u64(j, "crate_size", c->crate_size);
	if (c->bin_names.p)
		jw_raw(j, "bin_names", c->bin_names);
	else
		jw_null(j, "bin_names");
	jw_end(j);
}

static struct reply admin_list(struct req *r)
{
	struct owned_admin *crates;
	struct user_row user;
	const struct err *e;
	size_t n;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = db_user_by_gh_login(r->db, req_path(r, "username"), &user);
	if (!e)
		e = db_owned_admin(r->db, user.id, &crates, &n);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_text_or_null(&j, "user_email", user.email);
	jw_bool(&j, "user_email_verified", user.email_verified.set && user.email_verified.v);
	jw_array(&j, "crates");
	for (size_t i = 0; i < n; i++)
		put_crate(&j, &crates[i]);
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route admin_list_routes[] = {
	ROUTE(GET, "/api/private/admin_list/{username}", admin_list, .auth = AUTH_ADMIN,
	      .no_store = true, .doc = "What a user owns, for the administrator"),
	ROUTE_END,
};
