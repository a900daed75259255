/*
 * handlers/api/session.c - POST /api/private/session/begin and authorize, GET, POST, DELETE /api/private/session/signup,
 * DELETE /api/private/session (contract/api.md 25). What they do is app/server/sign_in.h.
 */
#include "app/base/arena.h"
#include "app/base/email.h"
#include "app/base/json.h"
#include "app/server/auth.h"
#include "app/server/sign_in.h"
#include "handlers/api/common.h"
#include "templates/json_me.h"

/* ---- begin, authorize */

/*
 * A form of another site comes without the session's cookie (SameSite), so it would get a new one in its place, and somebody
 * would be signed out. The reference does not ask.
 */
static const struct err *must_be_ours(struct req *r)
{
	return auth_from_this_site(r) ? NULL : err_new(r->arena, ERR_AUTH, "invalid origin header");
}

static struct reply begin(struct req *r)
{
	struct sign_in_begun begun;
	const struct err *e = must_be_ours(r);
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	struct reply rp;

	if (!e)
		e = sign_in_begin(r, &begun);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_text(&j, "url", begun.url);
	jw_text(&j, "state", begun.state);
	jw_end(&j);
	rp = reply_jw(r, 200, &j);
	sign_in_cookie(r, &rp, &begun.cookie);
	return rp;
}

struct authorize_body {
	struct text code, state;
};

static const struct json_shape authorize_shape = {
	.name = "AuthorizeRequest",
	.size = sizeof(struct authorize_body),
	.fields = {
		JSON_FIELD_WITH(struct authorize_body, code, .required = true),
		JSON_FIELD_WITH(struct authorize_body, state, .required = true),
	},
};

static const struct err *load_me(struct req *r, uint64_t user_id, struct user_row *ret,
				 struct owned_crate **ret_owned, size_t *ret_n)
{
	const struct err *e = db_user_by_id(r->db, user_id, ret);

	return e ? e : db_owned_crates(r->db, user_id, ret_owned, ret_n);
}

static struct reply authorize(struct req *r)
{
	const struct authorize_body *body = req_json_struct(r);
	struct sign_in_done done;
	struct owned_crate *owned = NULL;
	struct user_row user;
	size_t n = 0;
	const struct err *e = sign_in_finish(r, body->code, body->state, &done);
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	struct reply rp;

	if (!e && done.signed_in)
		e = load_me(r, done.user_id, &user, &owned, &n);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_text(&j, "status", done.signed_in ? TEXT("signed_in") : TEXT("signup_required"));
	if (done.signed_in)
		json_me(&j, &user, owned, n);
	jw_end(&j);
	rp = reply_jw(r, 200, &j);
	sign_in_cookie(r, &rp, &done.cookie);
	return rp;
}

/* ---- sign-up */

static struct reply signup_get(struct req *r)
{
	struct sign_up s;
	const struct err *e = sign_up_waits(r, &s);
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_object(&j, "signup");
	jw_text(&j, "login", s.login);
	jw_text_or_null(&j, "email", s.email);
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

struct signup {
	struct text email;
};

struct signup_body {
	struct signup *signup;
};

static const struct json_shape signup_shape = {
	.name = "SignupData",
	.size = sizeof(struct signup),
	.fields = { JSON_FIELD_WITH(struct signup, email, .required = true, .wrong = email_wrong) },
};

/* {"signup": {"email": "alice@example.test"}} */
static const struct json_shape signup_body_shape = {
	.name = "SignupRequest",
	.size = sizeof(struct signup_body),
	.fields = { JSON_FIELD_WITH(struct signup_body, signup, .required = true,
				    .shape = &signup_shape) },
};

static struct reply signup_post(struct req *r)
{
	const struct signup_body *body = req_json_struct(r);
	struct sign_in_done done;
	struct owned_crate *owned;
	struct user_row user;
	size_t n;
	const struct err *e = sign_up_finish(r, body->signup->email, &done);
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	struct reply rp;

	if (!e)
		e = load_me(r, done.user_id, &user, &owned, &n);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_me(&j, &user, owned, n);
	jw_end(&j);
	rp = reply_jw(r, 200, &j);
	sign_in_cookie(r, &rp, &done.cookie);
	return rp;
}

static struct reply signup_delete(struct req *r)
{
	const struct err *e = sign_up_drop(r);

	return e ? reply_err(r, e) : reply_ok(r);
}

/* ---- sign out */

/* Whoever has the cookie may end its session; without one there is nothing to end. */
static struct reply session_delete(struct req *r)
{
	const struct err *e = sign_out(r, false);
	struct reply rp;

	if (e)
		return reply_err(r, e);
	rp = reply_ok(r);
	sign_out_cookie(r, &rp);
	return rp;
}

const struct route session_routes[] = {
	ROUTE(POST, "/api/private/session/begin", begin, .open = true, .auth = AUTH_NONE,
	      .signs_in = true, .doc = "Begin to sign in with GitHub"),
	ROUTE(POST, "/api/private/session/authorize", authorize, .open = true, .auth = AUTH_NONE,
	      .body = BODY_JSON, .shape = &authorize_shape, .signs_in = true,
	      .doc = "Sign in with what GitHub sent back"),
	ROUTE(GET, "/api/private/session/signup", signup_get, .open = true, .auth = AUTH_NONE,
	      .no_store = true, .doc = "Who waits for an account"),
	ROUTE(POST, "/api/private/session/signup", signup_post, .open = true, .auth = AUTH_NONE,
	      .body = BODY_JSON, .shape = &signup_body_shape, .signs_in = true,
	      .doc = "Make the account"),
	ROUTE(DELETE, "/api/private/session/signup", signup_delete, .open = true, .auth = AUTH_NONE,
	      .signs_in = true, .doc = "Make none"),
	ROUTE(DELETE, "/api/private/session", session_delete, .open = true, .auth = AUTH_NONE,
	      .doc = "Sign out"),
	ROUTE_END,
};
