/* handlers/api/me.c - GET /api/v1/me, GET /api/v1/me/updates, PUT /api/v1/me/email_notifications */
#include "app/base/arena.h"
#include "app/base/json.h"
#include "db/follow.h"
#include "db/owned.h"
#include "handlers/api/common.h"
#include "templates/json_me.h"
#include "templates/json_version.h"

static struct reply me_get(struct req *r)
{
	struct owned_crate *owned;
	struct user_row user;
	const struct err *e;
	size_t n;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = db_user_by_id(r->db, r->user.id, &user);
	if (!e)
		e = db_owned_crates(r->db, r->user.id, &owned, &n);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_me(&j, &user, owned, n);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

static struct reply updates_get(struct req *r)
{
	struct version_view *v;
	struct paging p;
	const struct err *e;
	size_t n;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = req_paging(r, PAGING_PAGE, &p);
	if (!e)
		e = db_follow_updates(r->db, r->user.id, p.per_page, (p.page - 1) * p.per_page, &v,
				      &n);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_versions(&j, "versions", v, n, TEXT_NONE);
	jw_object(&j, "meta");
	jw_bool(&j, "more", n == p.per_page);
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

struct notification {
	struct json_i32 id;
	struct json_bool email_notifications;
};

/* [{"id": 1, "email_notifications": true}] */
static const struct json_shape notification_shape = {
	.name = "CrateEmailNotifications",
	.size = sizeof(struct notification),
	.fields = {
		JSON_FIELD_WITH(struct notification, id, .required = true),
		JSON_FIELD_WITH(struct notification, email_notifications, .required = true),
	},
};

static struct reply email_notifications_put(struct req *r)
{
	const struct json_list *body = req_json_struct(r);
	const struct notification *in = body->v;
	struct owned_notify *v = arena_array(r->arena, body->n, sizeof(*v));
	const struct err *e;

	for (size_t i = 0; i < body->n; i++)
		v[i] = (struct owned_notify){
			.crate_id = in[i].id.v < 0 ? 0 : (uint64_t)in[i].id.v,
			.on = in[i].email_notifications.v,
		};
	e = db_owned_notify(r->db, r->user.id, v, body->n);
	return e ? reply_err(r, e) : reply_ok(r);
}

const struct route me_routes[] = {
	ROUTE(GET, "/api/v1/me", me_get, .auth = AUTH_COOKIE, .no_store = true,
	      .doc = "The signed-in user"),
	ROUTE(GET, "/api/v1/me/updates", updates_get, .auth = AUTH_COOKIE, .no_store = true,
	      .doc = "New versions of the crates that the user follows"),
	ROUTE(PUT, "/api/v1/me/email_notifications", email_notifications_put, .auth = AUTH_USER,
	      .body = BODY_JSON, .shape = &notification_shape, .list = true,
	      .doc = "Mails about one's own crates"),
	ROUTE_END,
};
