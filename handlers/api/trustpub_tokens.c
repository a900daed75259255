/*
 * handlers/api/trustpub_tokens.c - POST, DELETE /api/v1/trusted_publishing/tokens (contract/api.md 27). The rows of its table in
 * their order; those from 7 on are db/trustpub_exchange.c.
 */
#include "app/base/config.h"
#include "app/base/json.h"
#include "app/base/jwt.h"
#include "app/base/time.h"
#include "app/outside/jws.h"
#include "app/server/auth.h"
#include "app/server/limits.h"
#include "db/trustpub.h"
#include "db/trustpub_exchange.h"
#include "handlers/api/common.h"
#include "handlers/api/trustpub_keys.h"

#define LIFE_US ((int64_t)30 * 60 * US_PER_S)

struct exchange_body {
	struct text jwt;
};

/* {"jwt": "..."} */
static const struct json_shape body_shape = {
	.name = "ExchangeRequest",
	.size = sizeof(struct exchange_body),
	.fields = { JSON_FIELD_WITH(struct exchange_body, jwt, .required = true) },
};

static const struct err *no_jwt(struct req *r)
{
	return err_new(r->arena, ERR_INVALID, "Failed to decode JWT");
}

/* Row 2. */
static const struct err *find_issuer(struct req *r, struct text iss, struct config_issuer *ret)
{
	struct text rest = r->cfg->trustpub.issuers;

	while (config_issuer_next(&rest, ret))
		if (text_eq(ret->url, iss))
			return NULL;
	return err_new(r->arena, ERR_INVALID, "Unsupported JWT issuer: %.*s", TEXT_F(iss));
}

/* Rows 1 to 3, which cost nothing; then one of the address's exchanges. */
static const struct err *read_jwt(struct req *r, struct text in, struct jwt *j,
				  struct config_issuer *issuer)
{
	const struct err *e;

	if (!jwt_read(r->arena, in, j))
		return no_jwt(r);
	e = find_issuer(r, j->iss, issuer);
	if (!e && !j->kid.p)
		e = err_new(r->arena, ERR_INVALID, "Missing JWT key ID");
	return e ? e : limit_take_address(r, LIMIT_TOKEN_EXCHANGE);
}

/* What names this JSON Web Token among all. Of an issuer that gives none an id, what it signed. */
static struct sha256 jti_of(struct req *r, const struct jwt *j)
{
	struct text jti = json_text(json_member(j->claims, "jti"));
	struct text all = text_fmt(r->arena, "%.*s\n%s\n%.*s", TEXT_F(j->iss),
				   jti.p ? "jti" : "jws", TEXT_F(jti.p ? jti : j->signed_part));

	return sha256_of(all);
}

/* The claims that must be there; false where one is not. */
static bool read_claims(const struct jwt *j, const struct config_issuer *issuer,
			struct trustpub_exchange *x)
{
	x->issuer = issuer->url;
	x->claims = j->claims;
	x->grants = issuer->kind == ISSUER_OIDC;
	x->provider = issuer->kind == ISSUER_GITHUB ? TRUSTPUB_GITHUB : TRUSTPUB_GITLAB;
	x->subject = json_text(json_member(j->claims, "sub"));
	return x->grants ? x->subject.p != NULL
			 : trustpub_claims_read(x->provider, j->claims, &x->said);
}

/* Rows 4 to 6. */
static const struct err *judge(struct req *r, const struct jwt *j,
			       const struct config_issuer *issuer, struct trustpub_exchange *x)
{
	struct jwt_demand d = {
		.issuer = issuer->url,
		.audience = r->cfg->trustpub.audience,
		.audience_in_list = issuer->kind == ISSUER_OIDC, /* Kubernetes knows only lists */
		.now_us = time_now_us(),
	};
	struct json_object *key;
	bool genuine = false;
	int64_t exp_us;
	const struct err *e = trustpub_key(r, issuer, j->kid, &key);

	if (!e)
		e = jws_verify(r->arena, j, key, &genuine);
	if (e)
		return e;
	if (!genuine || !jwt_check(j, &d, &exp_us) || !read_claims(j, issuer, x))
		return no_jwt(r);
	x->jti = jti_of(r, j);
	x->jti_expires_us = exp_us + (int64_t)JWT_LEEWAY_S * US_PER_S;
	x->now_us = d.now_us;
	x->expires_us = d.now_us + LIFE_US;
	return NULL;
}

static struct reply tokens_post(struct req *r)
{
	const struct exchange_body *body = req_json_struct(r);
	struct trustpub_exchange x = { .grants = false };
	struct config_issuer issuer;
	struct text token = TEXT_NONE;
	struct jwt jwt;
	const struct err *e = read_jwt(r, body->jwt, &jwt, &issuer);
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	if (!e)
		e = judge(r, &jwt, &issuer, &x);
	if (!e) {
		token = auth_new_trustpub(r->arena, &x.hashed_token);
		e = db_trustpub_exchange(r->db, &x);
	}
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_text(&j, "token", token);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

static struct reply tokens_delete(struct req *r)
{
	struct text token;
	struct sha256 hash;
	const struct err *e = auth_header_token(r, &token);

	if (!e && !token.p)
		e = err_new_status(r->arena, ERR_AUTH, 401, "Missing `Authorization` header");
	if (!e && !auth_trustpub_parse(token, &hash))
		e = err_new_status(r->arena, ERR_AUTH, 401,
				   "Invalid `Authorization` header: Failed to parse token");
	if (!e)
		e = db_trustpub_token_delete(r->db, &hash);
	return e ? reply_err(r, e) : reply_empty(r, 204);
}

const struct route trustpub_tokens_routes[] = {
	ROUTE(POST, "/api/v1/trusted_publishing/tokens", tokens_post, .open = true,
	      .auth = AUTH_NONE, .body = BODY_JSON, .shape = &body_shape, .no_store = true,
	      .doc = "Exchange the JSON Web Token of a workflow for a token that publishes"),
	ROUTE(DELETE, "/api/v1/trusted_publishing/tokens", tokens_delete, .open = true,
	      .auth = AUTH_NONE, .doc = "Give such a token back"),
	ROUTE_END,
};
