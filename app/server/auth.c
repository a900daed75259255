#include "app/server/auth.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/json.h"
#include "app/base/time.h"
#include "app/base/url.h"
#include "app/registry/name.h"
#include "app/server/fresh.h"
#include "db/session.h"
#include "db/token.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

enum { SECRET_CHARS = 32, TRUSTPUB_CHARS = 31 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/* Ours, and those that people bring with them when they move here (design 9). */
static const char *const prefixes[] = { "cht_", "cio" };
static const char *const trustpub_prefixes[] = { "cht_tp_", "cio_tp_" };

static bool format_ok(struct text token)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (text_starts(token, text_from(prefixes[i])))
			return true;
	return false;
}

static const struct err *refuse(struct req *r, const char *text)
{
	return err_new(r->arena, ERR_AUTH, "%s", text);
}

/* ---- secrets */

const char *auth_cookie_name(const struct config *cfg)
{
	return text_starts(cfg->site.url, TEXT("https://")) ? "__Host-cratehouse" : "cratehouse";
}

struct text auth_new_secret(struct arena *a, const char *prefix, struct sha256 *ret_hash)
{
	size_t n = strlen(prefix);
	char *p = arena_alloc(a, n + SECRET_CHARS);
	struct text t = { p, n + SECRET_CHARS };

	memcpy(p, prefix, n);
	random_alnum(p + n, SECRET_CHARS);
	*ret_hash = sha256_of(t);
	return t;
}

static char check_char(struct text raw)
{
	unsigned char x = 0;

	for (size_t i = 0; i < raw.n; i++)
		x ^= (unsigned char)raw.p[i];
	return alphabet[x % (sizeof(alphabet) - 1)];
}

static size_t trustpub_prefix(struct text token)
{
	for (size_t i = 0; i < ARRAY_SIZE(trustpub_prefixes); i++)
		if (text_starts(token, text_from(trustpub_prefixes[i])))
			return strlen(trustpub_prefixes[i]);
	return 0;
}

bool auth_is_trustpub(struct text token)
{
	return trustpub_prefix(token) != 0;
}

bool auth_trustpub_parse(struct text token, struct sha256 *ret_hash)
{
	size_t n = trustpub_prefix(token);
	struct text raw = text_sub(token, n, n + TRUSTPUB_CHARS);

	if (!n || token.n != n + TRUSTPUB_CHARS + 1)
		return false;
	for (size_t i = n; i < token.n; i++)
		if (!char_is_alnum(token.p[i]))
			return false;
	if (token.p[token.n - 1] != check_char(raw))
		return false;
	*ret_hash = sha256_of(raw);
	return true;
}

struct text auth_new_trustpub(struct arena *a, struct sha256 *ret_hash)
{
	char raw[TRUSTPUB_CHARS];
	struct text t = { raw, sizeof(raw) }, token;

	random_alnum(raw, sizeof(raw));
	*ret_hash = sha256_of(t);
	token = text_fmt(a, "%s%.*s%c", trustpub_prefixes[0], TEXT_F(t), check_char(t));
	secret_wipe(raw, sizeof(raw));
	return token;
}

/* ---- what the request shows */

const struct err *auth_header_token(struct req *r, struct text *ret)
{
	struct text value = req_header(r, "Authorization"), rest = value, scheme;

	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if ((c < 0x20 && c != '\t') || c >= 0x7f)
			return err_new_status(r->arena, ERR_AUTH, 401,
					      "Invalid `Authorization` header: Found unexpected "
					      "non-ASCII characters");
	}
	if (value.p && text_has_byte(value, ' ')) {
		(void)text_cut(&rest, ' ', &scheme);
		if (format_ok(scheme)) /* a token and something after it: not for the log */
			scheme = TEXT("***");
		if (scheme.n && !text_eq_nocase(scheme, TEXT("Bearer")))
			return err_new_status(r->arena, ERR_AUTH, 401,
					      "Invalid `Authorization` header: Found unexpected "
					      "authentication scheme `%.*s`",
					      TEXT_F(scheme));
	}
	*ret = rest.p ? text_trim(rest) : TEXT_NONE;
	return NULL;
}

/* Exact comparison, as upstream's: an origin is scheme, host and port. */
const struct err *auth_origin(struct req *r)
{
	struct text origin = req_header(r, "Origin"), rest = r->cfg->server.allowed_origins, part;

	if (!origin.p || text_eq(origin, url_origin(r->cfg->site.url)))
		return NULL;
	while (config_list_next(&rest, &part))
		if (text_eq(origin, part))
			return NULL;
	return refuse(r, "invalid origin header");
}

bool auth_from_this_site(struct req *r)
{
	struct text site = req_header(r, "Sec-Fetch-Site");

	if (site.p)
		return text_eq(site, TEXT("same-origin")) || text_eq(site, TEXT("none"));
	return !auth_origin(r);
}

/* contract/api.md 3.6 */
static const struct err *check_lock(struct req *r, const struct user_auth *u)
{
	struct time_text t;

	if (!u->lock_reason.p || (u->lock_until_us.set && u->lock_until_us.v <= time_now_us()))
		return NULL;
	if (!u->lock_until_us.set)
		return err_new(r->arena, ERR_AUTH,
			       "This account is indefinitely locked. Reason: %.*s",
			       TEXT_F(u->lock_reason));
	t = time_rfc3339_s(u->lock_until_us.v); /* "2026-08-01T12:00:00Z" */
	return err_new(r->arena, ERR_AUTH,
		       "This account is locked until %.10s at %.8s UTC. Reason: %.*s", t.s,
		       t.s + 11, TEXT_F(u->lock_reason));
}

static void fill_user(struct req *r, const struct user_auth *u, enum auth_how how)
{
	r->user = (struct auth_user){
		.how = how,
		.id = u->id,
		.login = u->login,
		.name = u->name,
		.picture = u->picture,
		.created_us = u->created_us.v,
		.is_admin = u->is_admin,
		.no_shortcuts = u->no_shortcuts,
	};
}

const struct err *auth_by_cookie(struct req *r, bool *ret_found)
{
	struct text value = req_cookie(r, auth_cookie_name(r->cfg));
	struct session_auth s;
	const struct err *e;
	struct sha256 hash;

	*ret_found = false;
	if (!value.n)
		return NULL;
	hash = sha256_of(value);
	e = db_session_auth(r->db, &hash, &s, ret_found);
	if (e || !*ret_found)
		return e;
	e = check_lock(r, &s.user);
	if (e)
		return e;
	fill_user(r, &s.user, AUTH_BY_COOKIE);
	r->user.session_id = s.session_id;
	r->user.form_token = s.form_token;
	r->user.signed_in_us = s.created_us;
	if (r->cfg->server.read_only)
		return NULL;
	return db_session_used(
		r->db, &s, time_now_us() + (int64_t)r->cfg->auth.session_days * 86400 * US_PER_S);
}

static const struct err *token_format(struct req *r)
{
	return err_new_status(r->arena, ERR_AUTH, 401,
			      "The given API token does not match the format used by %.*s. Tokens "
			      "generated before 2020-07-14 "
			      "were generated with an insecure random number generator, and have "
			      "been revoked. You can generate "
			      "a new token at %.*s/me. For more information please see "
			      "https://blog.rust-lang.org/2020/07/14/"
			      "crates-io-security-advisory.html. We apologize for any "
			      "inconvenience.",
			      TEXT_F(r->cfg->site.domain), TEXT_F(r->cfg->site.url));
}

const struct err *auth_by_token(struct req *r, struct text token)
{
	struct token_auth t;
	const struct err *e;
	struct sha256 hash;
	bool found;

	if (!format_ok(token))
		return token_format(r);
	hash = sha256_of(token);
	e = db_token_auth(r->db, &hash, &t, &found);
	if (e)
		return e;
	if (!found)
		return refuse(r, "authentication failed");
	if (!r->cfg->server.read_only) {
		e = db_token_used(r->db, &t, req_event_source(r));
		if (e)
			return e;
	}
	e = check_lock(r, &t.user);
	if (e)
		return e;
	fill_user(r, &t.user, AUTH_BY_TOKEN);
	r->user.token_id = t.token_id;
	r->user.crate_scopes = t.crate_scopes;
	r->user.endpoint_scopes = t.endpoint_scopes;
	r->user.legacy = !t.endpoint_scopes.p;
	return NULL;
}

/* ---- what of it counts */

static const struct err *no_permission(struct req *r)
{
	return refuse(r,
		      "this token does not have the required permissions to perform this action");
}

/* A list that we stored ourselves; one that cannot be read grants nothing. */
static struct json_object *scope_list(struct req *r, struct text json)
{
	struct text why;
	struct json_object *o = json_parse(r->arena, json, 4, &why);

	return json_object_is_type(o, json_type_array) ? o : NULL;
}

static bool scope_listed(struct req *r, struct text json, struct text want)
{
	struct json_object *o = scope_list(r, json);

	for (size_t i = 0; o && i < json_object_array_length(o); i++)
		if (text_eq(json_text(json_object_array_get_idx(o, i)), want))
			return true;
	return false;
}

static bool no_crate_scopes(struct req *r)
{
	struct json_object *o;

	if (!r->user.crate_scopes.p)
		return true;
	o = scope_list(r, r->user.crate_scopes);
	return o && !json_object_array_length(o);
}

static bool crate_matches(struct req *r, struct text crate)
{
	struct json_object *o = scope_list(r, r->user.crate_scopes);

	for (size_t i = 0; o && i < json_object_array_length(o); i++)
		if (crate_scope_matches(json_text(json_object_array_get_idx(o, i)), crate))
			return true;
	return false;
}

static const struct err *check_class(struct req *r, enum route_auth auth)
{
	bool token = r->user.how == AUTH_BY_TOKEN;

	if (auth == AUTH_COOKIE && token)
		return err_new(r->arena, ERR_AUTH,
			       "this action can only be performed on the %.*s website",
			       TEXT_F(r->cfg->site.domain));
	if ((auth == AUTH_USER || auth == AUTH_ADMIN) && token &&
	    (!r->user.legacy || !no_crate_scopes(r)))
		return no_permission(r);
	if (auth == AUTH_ADMIN && !r->user.is_admin)
		return refuse(r, "must be an admin to use this route");
	return NULL;
}

static const struct err *find_user(struct req *r, enum route_auth auth)
{
	struct text token;
	const struct err *e;
	bool found;

	e = auth_by_cookie(r, &found);
	if (!e && !found) {
		e = auth_header_token(r, &token);
		if (!e)
			e = token.p ? auth_by_token(r, token)
				    : refuse(r, "this action requires authentication");
	}
	return e ? e : check_class(r, auth);
}

const struct err *auth_require(struct req *r, enum route_auth auth)
{
	const struct err *e = auth_origin(r);

	BUG_ON(auth == AUTH_NONE || auth == AUTH_LATE);
	return e ? e : find_user(r, auth);
}

bool auth_crate_in_scope(struct req *r, struct text crate)
{
	return r->user.how != AUTH_BY_TOKEN || no_crate_scopes(r) || crate_matches(r, crate);
}

const struct err *auth_no_legacy(struct req *r)
{
	return refuse(r, "This endpoint cannot be used with legacy API tokens. Use a scoped API "
			 "token instead.");
}

const struct err *auth_page(struct req *r, enum route_auth auth)
{
	bool anybody = auth == AUTH_NONE || auth == AUTH_LATE, found;
	const struct err *e = NULL;

	found = r->user.how == AUTH_BY_COOKIE; /* the gate of a private registry has asked */
	if (!found)
		e = auth_by_cookie(r, &found);
	if (e) /* a locked account reads as everybody does */
		return anybody && err_is(e, ERR_AUTH) ? NULL : e;
	if (!found && !anybody)
		return err_new_status(r->arena, ERR_AUTH, 401, "This page requires authentication");
	if (auth == AUTH_ADMIN && !r->user.is_admin)
		return refuse(r, "This page is for administrators");
	return auth == AUTH_ADMIN ? fresh_require(r, FRESH_ADMIN_S) : NULL;
}

const struct err *auth_scope(struct req *r, const char *scope, struct text crate)
{
	if (r->user.how != AUTH_BY_TOKEN)
		return NULL;
	if (r->user.endpoint_scopes.p &&
	    (!scope || !scope_listed(r, r->user.endpoint_scopes, text_from(scope))))
		return no_permission(r);
	if (crate.p && !auth_crate_in_scope(r, crate))
		return no_permission(r);
	return NULL;
}

/* contract/publish.md 4: the header is read first, and a malformed one fails even beside a good cookie. */
const struct err *auth_require_publish(struct req *r, struct sha256 *ret_trustpub_hash)
{
	struct text token;
	const struct err *e = auth_header_token(r, &token);

	if (e)
		return e;
	if (!auth_is_trustpub(token))
		return auth_require(r, AUTH_SCOPE);
	if (!auth_trustpub_parse(token, ret_trustpub_hash))
		return err_new_status(r->arena, ERR_AUTH, 401,
				      "Invalid `Authorization` header: Failed to parse token");
	r->user = (struct auth_user){ .how = AUTH_BY_TRUSTPUB };
	return NULL;
}
