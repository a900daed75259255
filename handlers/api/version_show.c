/* handlers/api/version_show.c - GET /api/v1/crates/{name}/{version} */
#include "handlers/api/common.h"

static struct reply version_show(struct req *r)
{
	struct crate_view crate;
	struct version_view v;
	const struct err *e;
	bool same;

	e = req_version_unless_same(r, &crate, &v, &same);
	if (same)
		return reply_unchanged(r);
	if (!e)
		e = db_version_actions(r->db, &v);
	if (e)
		return reply_err(r, e);
	return reply_version(r, &crate, &v);
}

const struct route version_show_routes[] = {
	ROUTE(GET, "/api/v1/crates/{name}/{version}", version_show, .auth = AUTH_NONE,
	      .doc = "One version"),
	ROUTE_END,
};
