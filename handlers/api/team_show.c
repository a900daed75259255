/* handlers/api/team_show.c - GET /api/v1/teams/{team} (contract/api.md 24) */
#include "handlers/api/common.h"
#include "templates/json_owner.h"

static struct reply team_show(struct req *r)
{
	struct team_view t;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = db_team_view(r->db, req_path(r, "team"), &t);

	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_team(&j, "team", &t);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route team_show_routes[] = {
	ROUTE(GET, "/api/v1/teams/{team}", team_show, .auth = AUTH_NONE, .doc = "One team"),
	ROUTE_END,
};
