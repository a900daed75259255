#include "app/server/sign_in.h"

#include "app/base/arena.h"
#include "app/base/base64.h"
#include "app/base/config.h"
#include "app/base/email.h"
#include "app/base/hash.h"
#include "app/base/json.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "app/outside/github.h"
#include "app/server/auth.h"
#include "app/server/limits.h"
#include "app/server/may.h"
#include "db/github.h"
#include "db/picture.h"
#include "db/session.h"

enum { STATE_BYTES = 16, WAIT_S = 30 * 60 };

/* ---- sessions */

void sign_in_cookie(struct req *r, struct reply *rp, const struct sign_in_cookie *c)
{
	if (c->secret.p)
		reply_cookie(r, rp, text_from(auth_cookie_name(r->cfg)), c->secret, c->max_age_s);
}

static const struct err *add_session(struct req *r, struct session_new *s, int64_t life_s,
				     struct sign_in_cookie *ret)
{
	struct sha256 unused;
	struct sign_in_cookie cookie = { .max_age_s = life_s };
	const struct err *e;
	uint64_t id;

	cookie.secret = auth_new_secret(r->arena, "", &s->hash);
	s->form_token = auth_new_secret(r->arena, "", &unused);
	s->from = req_event_source(r);
	s->expires_us = time_now_us() + life_s * US_PER_S;
	e = db_session_add(r->db, s, &id);
	if (!e)
		*ret = cookie;
	return e;
}

/* The secret that the browser shows, and its hash; absent: none. */
static struct text shown(struct req *r, struct sha256 *ret_hash)
{
	struct text secret = req_cookie(r, auth_cookie_name(r->cfg));

	if (!secret.n)
		return TEXT_NONE;
	*ret_hash = sha256_of(secret);
	return secret;
}

/* What was before goes only when the new one is there. */
static const struct err *end_shown(struct req *r)
{
	struct sha256 hash;

	return shown(r, &hash).p ? db_session_end(r->db, &hash) : NULL;
}

const struct err *sign_in_as(struct req *r, uint64_t user_id, const char *how,
			     struct sign_in_cookie *ret)
{
	struct session_new s = { .user_id = { .set = true, .v = user_id }, .how = how };
	const struct err *e = add_session(r, &s, (int64_t)r->cfg->auth.session_days * 86400, ret);

	return e ? e : end_shown(r);
}

/* ---- sign out */

const struct err *sign_out(struct req *r, bool everywhere)
{
	const struct err *e = NULL;

	if (everywhere && r->user.how == AUTH_BY_COOKIE)
		e = db_session_end_others(r->db, r->user.id, r->user.session_id);
	return e ? e : end_shown(r);
}

void sign_out_cookie(struct req *r, struct reply *rp)
{
	reply_cookie(r, rp, text_from(auth_cookie_name(r->cfg)), TEXT(""), 0);
}

/* ---- begin */

static const struct err *must_be_on(struct req *r)
{
	if (github_on(r->cfg))
		return NULL;
	return err_new_status(r->arena, ERR_INVALID, 501,
			      "Signing in with GitHub is not set up on %.*s.",
			      TEXT_F(r->cfg->site.domain));
}

static struct text verifier_of(struct req *r, struct text secret, struct text state)
{
	struct sha256 sha =
		sha256_of(text_fmt(r->arena, "pkce %.*s %.*s", TEXT_F(secret), TEXT_F(state)));

	return base64url_encode(r->arena, (struct text){ (const char *)sha.b, sizeof(sha.b) });
}

static struct text challenge_of(struct req *r, struct text secret, struct text state)
{
	struct sha256 sha = sha256_of(verifier_of(r, secret, state));

	return base64url_encode(r->arena, (struct text){ (const char *)sha.b, sizeof(sha.b) });
}

/* The browser's own session, or one that only waits. */
static const struct err *await(struct req *r, struct text state, struct text *ret_secret,
			       struct sign_in_cookie *ret)
{
	struct session_new s = { .oauth_state = state };
	struct sha256 hash;
	struct text secret = shown(r, &hash);
	const struct err *e = NULL;
	bool found = false;

	*ret = (struct sign_in_cookie){ .secret = TEXT_NONE };
	if (secret.p)
		e = db_session_await(r->db, &hash, state, &found);
	if (!e && !found)
		e = add_session(r, &s, WAIT_S, ret);
	*ret_secret = found ? secret : ret->secret;
	return e;
}

const struct err *sign_in_begin(struct req *r, struct sign_in_begun *ret)
{
	unsigned char raw[STATE_BYTES];
	struct text secret, state;
	struct sign_in_cookie cookie;
	const struct err *e = must_be_on(r);

	if (!e)
		e = limit_take_address(r, LIMIT_SIGN_IN);
	if (e)
		return e;
	random_bytes(raw, sizeof(raw));
	state = base64url_encode(r->arena, (struct text){ (const char *)raw, sizeof(raw) });
	e = await(r, state, &secret, &cookie);
	if (e)
		return e;
	*ret = (struct sign_in_begun){
		.url = github_authorize_url(r->arena, r->cfg, state,
					    challenge_of(r, secret, state)),
		.state = state,
		.cookie = cookie,
	};
	return NULL;
}

/* ---- finish */

static const struct err *take_state(struct req *r, struct text state, struct text *ret_secret)
{
	struct sha256 hash;
	const struct err *e = NULL;
	bool right = false;

	*ret_secret = shown(r, &hash);
	if (ret_secret->p)
		e = db_session_take_state(r->db, &hash, state, &right);
	if (e || right)
		return e;
	return err_new(r->arena, ERR_INVALID, "invalid state parameter");
}

/* The code for a token, and whose it is. */
static const struct err *ask(struct req *r, struct text code, struct text verifier,
			     struct github_account *ret, struct text *ret_email)
{
	struct github_user u;
	struct secret token;
	const struct err *e = github_exchange(r->app->github, r->arena, code, verifier, &token);

	if (!e)
		e = github_user(r->app->github, r->arena, &token, &u);
	if (e)
		return e;
	*ret = (struct github_account){
		.id = u.id,
		.login = u.login,
		.name = u.name,
		.avatar = u.avatar_url,
		.encrypted_token = may_seal_token(r->cfg, r->arena, &token),
	};
	*ret_email = u.email;
	return NULL;
}

static const struct err *become(struct req *r, uint64_t user_id, struct sign_in_done *ret)
{
	const struct err *e = sign_in_as(r, user_id, "GitHub", &ret->cookie);

	ret->signed_in = true;
	ret->user_id = user_id;
	return e;
}

/* Looked at with each sign-in, and weekly. */
static const struct err *want_picture(struct req *r, const struct github_account *a)
{
	if (!r->cfg->site.avatars || r->cfg->server.read_only)
		return NULL;
	return db_picture_want(r->db, PICTURE_USER, a->id);
}

/* Known already: what GitHub says now is kept, unless nothing may be changed. */
static const struct err *again(struct req *r, uint64_t user_id, const struct github_account *a,
			       struct sign_in_done *ret)
{
	const struct err *e = NULL;

	if (!r->cfg->server.read_only)
		e = db_github_sync(r->db, user_id, a);
	if (!e)
		e = want_picture(r, a);
	return e ? e : become(r, user_id, ret);
}

static const struct err *sign_up_allowed(struct req *r)
{
	if (config_sign_up_open(r->cfg))
		return NULL;
	return err_new(
		r->arena, ERR_AUTH,
		"There is no account for you on %.*s, and none can be made by signing in. Ask who "
		"runs it.",
		TEXT_F(r->cfg->site.domain));
}

static const struct err *make(struct req *r, const struct github_account *a, struct text email,
			      struct sign_in_done *ret)
{
	const struct user_new u = {
		.login = a->login,
		.name = a->name,
		.avatar = a->avatar,
		.gh_id = a->id,
		.email = email,
		.encrypted_token = a->encrypted_token,
	};
	const struct err *e = sign_up_allowed(r);
	uint64_t id;
	bool found;

	if (!e)
		e = limit_read_only(r);
	if (!e)
		e = db_user_add(r->db, &u, &id);
	if (!e)
		e = want_picture(r, a);
	if (!e)
		return become(r, id, ret);
	if (!err_is(e, ERR_EXISTS))
		return e;
	/* Two at once: the other one was faster. */
	e = db_github_find(r->db, a->id, &id, &found);
	if (!e && !found)
		e = err_new(r->arena, ERR_BUSY, "Service unavailable");
	return e ? e : again(r, id, a, ret);
}

/* ---- who waits for an account: JSON in the session */

struct waiting {
	struct json_i64 id, created_us;
	struct text login, name, avatar, email, token;
};

static const struct json_shape waiting_shape = {
	.name = "PendingSignup",
	.size = sizeof(struct waiting),
	.fields = {
		JSON_FIELD_WITH(struct waiting, id, .required = true),
		JSON_FIELD_WITH(struct waiting, created_us, .required = true),
		JSON_FIELD_WITH(struct waiting, login, .required = true),
		JSON_FIELD(struct waiting, name),
		JSON_FIELD(struct waiting, avatar),
		JSON_FIELD(struct waiting, email),
		JSON_FIELD_WITH(struct waiting, token, .required = true),
	},
};

static struct text write_waiting(struct req *r, const struct github_account *a, struct text email)
{
	struct buf b = buf_init(r->arena, 1024 * 1024);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_i64(&j, "id", a->id);
	jw_i64(&j, "created_us", time_now_us());
	jw_text(&j, "login", a->login);
	jw_text_or_null(&j, "name", a->name);
	jw_text_or_null(&j, "avatar", a->avatar);
	jw_text_or_null(&j, "email", email);
	jw_text(&j, "token", base64url_encode(r->arena, a->encrypted_token));
	jw_end(&j);
	return buf_text(&b);
}

/* False for what is malformed, or 30 minutes old. */
static bool read_waiting(struct req *r, struct text json, struct github_account *ret,
			 struct text *ret_email)
{
	struct waiting w = { .login = TEXT_NONE };
	struct json_error why;

	if (!json_read(r->arena, json, &waiting_shape, &w, &why) ||
	    time_now_us() - w.created_us.v >= WAIT_S * (int64_t)US_PER_S ||
	    !base64url_decode(r->arena, w.token, &ret->encrypted_token))
		return false;
	ret->id = w.id.v;
	ret->login = w.login;
	ret->name = w.name;
	ret->avatar = w.avatar;
	*ret_email = w.email;
	return true;
}

static const struct err *wait_for_address(struct req *r, const struct github_account *a,
					  struct text email, struct sign_in_done *ret)
{
	struct session_new s = { .pending_signup = write_waiting(r, a, email) };
	const struct err *e = add_session(r, &s, WAIT_S, &ret->cookie);

	if (!e)
		e = end_shown(r);
	ret->signed_in = false;
	ret->user_id = 0;
	return e;
}

const struct err *sign_in_finish(struct req *r, struct text code, struct text state,
				 struct sign_in_done *ret)
{
	struct github_account account;
	struct text secret, email;
	uint64_t user_id;
	bool found;
	const struct err *e = must_be_on(r);

	if (!e)
		e = take_state(r, state, &secret);
	if (!e)
		e = ask(r, code, verifier_of(r, secret, state), &account, &email);
	if (!e)
		e = db_github_find(r->db, account.id, &user_id, &found);
	if (e)
		return e;
	if (email.p && !email_is_valid(email))
		email = TEXT_NONE;
	if (found)
		return again(r, user_id, &account, ret);
	e = sign_up_allowed(r); /* before somebody is asked for an address in vain */
	if (e)
		return e;
	if (r->cfg->auth.explicit_signup)
		return wait_for_address(r, &account, email, ret);
	return make(r, &account, email, ret);
}

/* ---- sign-up */

static const struct err *load(struct req *r, struct github_account *ret, struct text *ret_email)
{
	struct session_pending s = { .pending_signup = TEXT_NONE };
	struct sha256 hash;
	const struct err *e = NULL;
	bool found = false;

	if (!r->cfg->auth.explicit_signup)
		return err_new(r->arena, ERR_NOT_FOUND, "Not Found");
	if (shown(r, &hash).p)
		e = db_session_pending(r->db, &hash, &s, &found);
	if (e)
		return e;
	if (found && s.user_id.set)
		return err_new(r->arena, ERR_INVALID, "You are already signed in.");
	if (found && s.pending_signup.p) {
		if (read_waiting(r, s.pending_signup, ret, ret_email))
			return NULL;
		e = db_session_drop_pending(r->db, &hash);
	}
	if (e)
		return e;
	return err_new(r->arena, ERR_INVALID,
		       "Your signup session is missing or has expired. Please authenticate with "
		       "GitHub again.");
}

const struct err *sign_up_waits(struct req *r, struct sign_up *ret)
{
	struct github_account account;
	struct text email;
	const struct err *e = load(r, &account, &email);

	if (!e)
		*ret = (struct sign_up){ account.login, email };
	return e;
}

const struct err *sign_up_finish(struct req *r, struct text email, struct sign_in_done *ret)
{
	struct github_account account;
	struct text known;
	const struct err *e = load(r, &account, &known);

	return e ? e : make(r, &account, email, ret);
}

const struct err *sign_up_drop(struct req *r)
{
	struct sha256 hash;

	return shown(r, &hash).p ? db_session_drop_pending(r->db, &hash) : NULL;
}
