/* handlers/api/user_show.c - GET /api/v1/users/{user}, /api/v1/users/{id}/stats (contract/api.md 21) */
#include "handlers/api/common.h"
#include "templates/json_user.h"

static struct reply user_show(struct req *r)
{
	struct user_view u;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = db_user_view_by_login(r->db, req_path(r, "user"), &u);

	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_user(&j, "user", &u);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

static struct reply user_stats(struct req *r)
{
	uint64_t total = 0;
	int64_t id;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = req_path_i32(r, "id", &id);

	if (!e && id > 0) /* nobody else has one */
		e = db_user_total_downloads(r->db, (uint64_t)id, &total);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_u64(&j, "total_downloads", total);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route user_show_routes[] = {
	ROUTE(GET, "/api/v1/users/{user}", user_show, .auth = AUTH_NONE, .doc = "One user"),
	ROUTE(GET, "/api/v1/users/{id}/stats", user_stats, .auth = AUTH_NONE,
	      .doc = "Downloads of all that a user owns"),
	ROUTE_END,
};
