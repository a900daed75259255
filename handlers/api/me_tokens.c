/*
 * handlers/api/me_tokens.c - GET, PUT /api/v1/me/tokens, GET, DELETE /api/v1/me/tokens/{id}, DELETE
 * /api/v1/tokens/current (contract/api.md 23)
 */
#include "handlers/api/me_tokens.h"
#include "app/base/config.h"
#include "app/base/json.h"
#include "app/base/time.h"
#include "app/registry/name.h"
#include "app/registry/scope.h"
#include "app/server/auth.h"
#include "db/stored.h"
#include "handlers/api/common.h"
#include "templates/json_token.h"

#define DAY_US ((int64_t)24 * 3600 * US_PER_S)

static struct reply tokens_get(struct req *r)
{
	struct token_row *rows;
	int64_t days;
	const struct err *e = req_query_i32(r, "expired_days", 0, &days);
	size_t n;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	if (!e)
		e = auth_require(r, AUTH_COOKIE);
	if (!e)
		e = db_token_list(r->db, r->user.id, time_now_us() - (days > 0 ? days : 0) * DAY_US,
				  &rows, &n);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_array(&j, "api_tokens");
	for (size_t i = 0; i < n; i++)
		json_token(&j, NULL, &rows[i], TEXT_NONE);
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

static struct reply one_token(struct req *r, const struct token_row *row, struct text plaintext)
{
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	json_token(&j, "api_token", row, plaintext);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

/* ---- making one */

struct wish {
	struct text name;
	struct json_texts crate_scopes, endpoint_scopes;
	struct json_time expired_at;
};

struct wish_body {
	struct wish *api_token;
};

static const struct json_shape wish_shape = {
	.name = "NewApiToken",
	.size = sizeof(struct wish),
	.fields = {
		JSON_FIELD_WITH(struct wish, name, .required = true),
		JSON_FIELD(struct wish, crate_scopes),
		JSON_FIELD(struct wish, endpoint_scopes),
		JSON_FIELD(struct wish, expired_at),
	},
};

/* {"api_token": {"name": "ci", "crate_scopes": ["serde*"], "endpoint_scopes": ["yank"], "expired_at": "..."}} */
static const struct json_shape wish_body_shape = {
	.name = "NewApiTokenRequest",
	.size = sizeof(struct wish_body),
	.fields = {
		JSON_FIELD_WITH(struct wish_body, api_token, .required = true,
				.shape = &wish_shape),
	},
};

static const struct err *judge(struct req *r)
{
	const struct err *e = auth_require(r, AUTH_USER);

	if (!e && r->user.how == AUTH_BY_TOKEN)
		e = err_new(r->arena, ERR_INVALID,
			    "cannot use an API token to create a new API token");
	return e;
}

/* Whether another one may be made at all. */
static const struct err *room(struct req *r)
{
	struct text closed = r->cfg->auth.no_new_tokens;
	const struct err *e;
	uint64_t n;

	if (closed.n)
		return err_new(r->arena, ERR_BUSY, "%.*s", TEXT_F(closed));
	e = db_token_count(r->db, r->user.id, &n);
	if (!e && n >= TOKENS_MAX)
		e = err_new(r->arena, ERR_INVALID, "maximum tokens per user is: %d", TOKENS_MAX);
	return e;
}

static const struct err *check_size(struct req *r, const struct token_wish *w)
{
	if (w->name.n > TOKEN_NAME_MAX_BYTES)
		return err_new(r->arena, ERR_INVALID, "the name of a token has at most %d bytes",
			       TOKEN_NAME_MAX_BYTES);
	if (w->crates.n > TOKEN_CRATES_MAX)
		return err_new(r->arena, ERR_INVALID, "a token has at most %d crate scopes",
			       TOKEN_CRATES_MAX);
	if (w->endpoints.n > TOKEN_ENDPOINTS_MAX)
		return err_new(r->arena, ERR_INVALID, "a token has at most %d endpoint scopes",
			       TOKEN_ENDPOINTS_MAX);
	return NULL;
}

static const struct err *check_scopes(struct req *r, struct texts scopes,
				      bool (*ok)(struct text scope), const char *what)
{
	for (size_t i = 0; i < scopes.n; i++)
		if (!ok(scopes.v[i]))
			return err_new(r->arena, ERR_INVALID, "invalid %s scope", what);
	return NULL;
}

const struct err *token_make(struct req *r, const struct token_wish *w, struct text *ret_plaintext,
			     struct token_row *ret)
{
	struct token_new t = {
		.user_id = r->user.id,
		.name = w->name,
		.expired_us = w->expires_us,
		.tell = true,
		.from = req_event_source(r),
	};
	const struct err *e = room(r);

	if (!e)
		e = check_size(r, w);
	if (!e)
		e = check_scopes(r, w->crates, crate_scope_is_valid, "crate");
	if (!e)
		e = check_scopes(r, w->endpoints, endpoint_scope_is_valid, "endpoint");
	if (e)
		return e;
	if (w->limits_crates)
		t.crate_scopes = stored_list(r->arena, w->crates);
	if (w->limits_endpoints)
		t.endpoint_scopes = stored_list(r->arena, w->endpoints);
	*ret_plaintext = auth_new_secret(r->arena, "cht_", &t.hash);
	return db_token_add(r->db, &t, ret);
}

/* What may be asked for comes last, after who asks. */
static const struct err *add_token(struct req *r, const struct wish *in, struct text *ret_plaintext,
				   struct token_row *ret)
{
	const struct token_wish w = {
		.name = in->name,
		.limits_crates = in->crate_scopes.set,
		.limits_endpoints = in->endpoint_scopes.set,
		.crates = in->crate_scopes.list,
		.endpoints = in->endpoint_scopes.list,
		.expires_us = { in->expired_at.set, in->expired_at.us },
	};
	const struct err *e = NULL;

	if (!in->name.n)
		e = err_new(r->arena, ERR_INVALID, "name must have a value");
	if (!e)
		e = judge(r);
	return e ? e : token_make(r, &w, ret_plaintext, ret);
}

static struct reply tokens_put(struct req *r)
{
	const struct wish_body *body = req_json_struct(r);
	struct token_row row;
	struct text plaintext;
	const struct err *e = add_token(r, body->api_token, &plaintext, &row);

	return e ? reply_err(r, e) : one_token(r, &row, plaintext);
}

/* ---- one of them */

/* The id of the path, then who asks. */
static const struct err *read_id(struct req *r, uint64_t *ret)
{
	int64_t id = 0;
	const struct err *e = req_path_i32(r, "id", &id);

	*ret = id < 0 ? 0 : (uint64_t)id;
	return e ? e : auth_require(r, AUTH_USER);
}

static struct reply token_get(struct req *r)
{
	struct token_row row;
	uint64_t id;
	const struct err *e = read_id(r, &id);

	if (!e)
		e = db_token_by_id(r->db, r->user.id, id, &row);
	return e ? reply_err(r, e) : one_token(r, &row, TEXT_NONE);
}

static struct reply token_delete(struct req *r)
{
	uint64_t id;
	const struct err *e = read_id(r, &id);

	if (!e)
		e = db_token_revoke(r->db, r->user.id, id, req_event_source(r));
	return e ? reply_err(r, e) : reply_json(r, 200, TEXT("{}"));
}

static struct reply current_delete(struct req *r)
{
	const struct err *e = NULL;

	if (r->user.how != AUTH_BY_TOKEN)
		e = err_new(r->arena, ERR_INVALID, "token not provided");
	if (!e)
		e = db_token_revoke(r->db, r->user.id, r->user.token_id, req_event_source(r));
	return e ? reply_err(r, e) : reply_empty(r, 204);
}

const struct route me_tokens_routes[] = {
	ROUTE(GET, "/api/v1/me/tokens", tokens_get, .auth = AUTH_LATE, .no_store = true,
	      .doc = "The user's API tokens"),
	ROUTE(PUT, "/api/v1/me/tokens", tokens_put, .auth = AUTH_LATE, .body = BODY_JSON,
	      .shape = &wish_body_shape, .no_store = true, .doc = "Make an API token"),
	ROUTE(GET, "/api/v1/me/tokens/{id}", token_get, .auth = AUTH_LATE, .no_store = true,
	      .doc = "An API token"),
	ROUTE(DELETE, "/api/v1/me/tokens/{id}", token_delete, .auth = AUTH_LATE,
	      .doc = "Revoke an API token"),
	ROUTE(DELETE, "/api/v1/tokens/current", current_delete, .auth = AUTH_USER,
	      .doc = "Revoke the token that asks"),
	ROUTE_END,
};
