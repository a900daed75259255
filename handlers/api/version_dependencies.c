/* handlers/api/version_dependencies.c - GET /api/v1/crates/{name}/{version}/dependencies */
#include "handlers/api/common.h"
#include "templates/json_dependency.h"

static struct reply version_dependencies(struct req *r)
{
	struct dependency_view *d;
	struct crate_view crate;
	struct version_view v;
	const struct err *e;
	size_t n;
	bool same;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = req_version_unless_same(r, &crate, &v, &same);
	if (same)
		return reply_unchanged(r);
	if (!e)
		e = db_dependency_views(r->db, v.id, &d, &n);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_dependencies(&j, "dependencies", d, n);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route version_dependencies_routes[] = {
	ROUTE(GET, "/api/v1/crates/{name}/{version}/dependencies", version_dependencies,
	      .auth = AUTH_NONE, .doc = "Dependencies of a version"),
	ROUTE_END,
};
