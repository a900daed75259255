/* handlers/api/version_show.c - GET /api/v1/crates/{name}/{version} */
#include "handlers/api/common.h"
#include "templates/json_version.h"

static struct reply version_show(struct req *r)
{
	struct crate_view crate;
	struct version_view v;
	const struct err *e;
	bool same;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = req_version_unless_same(r, &crate, &v, &same);
	if (same)
		return reply_unchanged(r);
	if (!e)
		e = db_version_actions(r->db, &v);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_version(&j, "version", &v, crate.name);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route version_show_routes[] = {
	ROUTE(GET, "/api/v1/crates/{name}/{version}", version_show, .auth = AUTH_NONE,
	      .doc = "One version"),
	ROUTE_END,
};
