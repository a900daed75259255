/*
 * Who asks, and what of it counts: contract/api.md 3. The same function decides for the dispatcher
 * (declared routes) and for handlers that judge late (publish, yank).
 */
#pragma once

#include "app/server/req.h"

/*
 * Parses Origin, Cookie and Authorization in the reference's order, loads the user, writes
 * last_used_at (once a minute at most), checks the account lock. On success r->user is filled. 401
 * and 403 in the contract's words.
 */
const struct err *must_use auth_require(struct req *r, enum route_auth auth);

/* The two checks that depend on scope and crate: contract/api.md 3.3, after auth_require. crate
 * absent: none. */
const struct err *must_use auth_scope(struct req *r, const char *scope, struct text crate);

/* Whether the crate is one that the caller's token is for; everybody without crate scopes is for all. */
bool auth_crate_in_scope(struct req *r, struct text crate);

/* The refusal of routes that take no legacy tokens (contract/api.md 2.2). arena, never NULL */
const struct err *auth_no_legacy(struct req *r);

/*
 * As AUTH_LATE publish wants it: a trusted-publishing token in the header is recognised (how ==
 * AUTH_BY_TRUSTPUB, not looked up yet, *ret_hash is its SHA-256) before the cookie is looked at;
 * all else as auth_require(AUTH_SCOPE).
 */
const struct err *must_use auth_require_publish(struct req *r, struct sha256 *ret_trustpub_hash);

/*
 * The same for pages: the session alone counts. r->user is filled where there is one that may do something; auth says who
 * must: AUTH_NONE and AUTH_LATE nobody, all else somebody (401), AUTH_ADMIN an administrator (403) whose sign-in is fresh (fresh.h).
 */
const struct err *must_use auth_page(struct req *r, enum route_auth auth);

/*
 * The session of the cookie; *ret_found false where there is none. Fills r->user, writes last_used_at (once a minute at most).
 * ERR_AUTH for a locked account.
 */
const struct err *must_use auth_by_cookie(struct req *r, bool *ret_found);

/* The same for an API token: ERR_AUTH "authentication failed" for one that is not known, 401 for what is none. */
const struct err *must_use auth_by_token(struct req *r, struct text token);

/* Whether the request came from a page of this site, as far as its Origin tells. ERR_AUTH otherwise. */
const struct err *must_use auth_origin(struct req *r);

/*
 * Whether a browser sent the request from a page of this site: Sec-Fetch-Site says so (W3C Fetch Metadata), of older ones Origin
 * alone. What is no browser, and has neither, is believed. For what needs no session, but may lose one.
 */
bool auth_from_this_site(struct req *r);

/* The name of the session cookie: "__Host-cratehouse" where site.url is https, else "cratehouse". */
const char *auth_cookie_name(const struct config *cfg);

/* Makes a token: prefix and 32 random characters, owned by the arena, and its SHA-256. */
struct text auth_new_secret(struct arena *a, const char *prefix, struct sha256 *ret_hash);

/* What Authorization holds: the token behind an optional "Bearer ". Absent without the header; 401 where it is malformed. */
const struct err *must_use auth_header_token(struct req *r, struct text *ret);

/*
 * A trusted-publishing token (contract/api.md 27.3): PREFIX, 31 characters and their check character. False where it is
 * none; *ret_hash is what the database has.
 */
bool auth_trustpub_parse(struct text token, struct sha256 *ret_hash);
bool auth_is_trustpub(struct text token); /* by its prefix */
struct text auth_new_trustpub(struct arena *a, struct sha256 *ret_hash);
