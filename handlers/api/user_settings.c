/*
 * handlers/api/user_settings.c - PUT /api/v1/users/{user}, PUT /api/v1/users/{id}/resend, PUT
 * /api/v1/confirm/{email_token} (contract/api.md 21)
 */
#include "app/base/config.h"
#include "app/base/json.h"
#include "app/server/auth.h"
#include "app/server/own_email.h"
#include "db/email.h"
#include "db/user.h"
#include "handlers/api/common.h"

struct wish {
	struct text email;
	struct json_bool publish_notifications;
};

struct wish_body {
	struct wish *user;
};

static const struct json_shape wish_shape = {
	.name = "User",
	.size = sizeof(struct wish),
	.fields = {
		JSON_FIELD(struct wish, email),
		JSON_FIELD(struct wish, publish_notifications),
	},
};

/* {"user": {"email": "alice@example.test", "publish_notifications": true}} */
static const struct json_shape wish_body_shape = {
	.name = "UserUpdate",
	.size = sizeof(struct wish_body),
	.fields = {
		JSON_FIELD_WITH(struct wish_body, user, .required = true, .shape = &wish_shape),
	},
};

/* Everybody changes himself alone; the path says so once more. */
static const struct err *must_be_caller(struct req *r, int64_t id)
{
	const struct err *e = auth_require(r, AUTH_USER);

	if (e || (id > 0 && (uint64_t)id == r->user.id))
		return e;
	return err_new(r->arena, ERR_INVALID, "current user does not match requested user");
}

/* The path is judged before the body, and the body before who asks. */
static const struct err *read_wish(struct req *r, int64_t *ret_id, struct wish *ret)
{
	const struct wish_body *body;
	const struct err *e = req_path_i32(r, "user", ret_id);

	if (!e)
		e = req_body(r, r->cfg->limits.body_bytes, &r->body);
	if (!e)
		e = req_json_read(r, &wish_body_shape);
	if (e)
		return e;
	body = req_json_struct(r);
	*ret = *body->user;
	return NULL;
}

/* upstream: the switch stays as it was put, also where the address is refused after it. */
static struct reply user_put(struct req *r)
{
	struct wish w = { .email = TEXT_NONE };
	int64_t id;
	const struct err *e = read_wish(r, &id, &w);

	if (!e)
		e = must_be_caller(r, id);
	if (!e && w.publish_notifications.set)
		e = db_user_set_notifications(r->db, r->user.id, w.publish_notifications.v);
	if (!e && w.email.p)
		e = own_email_set(r, w.email);
	return e ? reply_err(r, e) : reply_ok(r);
}

static struct reply resend_put(struct req *r)
{
	int64_t id;
	const struct err *e = req_path_i32(r, "id", &id);

	if (!e)
		e = must_be_caller(r, id);
	if (!e)
		e = own_email_resend(r);
	return e ? reply_err(r, e) : reply_ok(r);
}

static struct reply confirm_put(struct req *r)
{
	const struct err *e = db_email_confirm(r->db, req_path(r, "email_token"));

	return e ? reply_err(r, e) : reply_ok(r);
}

const struct route user_settings_routes[] = {
	ROUTE(PUT, "/api/v1/users/{user}", user_put, .auth = AUTH_LATE, .body = BODY_STREAM,
	      .doc = "Change one's address or notifications"),
	ROUTE(PUT, "/api/v1/users/{id}/resend", resend_put, .auth = AUTH_LATE,
	      .doc = "Another letter to verify one's address with"),
	ROUTE(PUT, "/api/v1/confirm/{email_token}", confirm_put, .auth = AUTH_NONE,
	      .doc = "Verify an address"),
	ROUTE_END,
};
