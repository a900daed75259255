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

/*
 * As AUTH_LATE publish wants it: a trusted-publishing token in the header is recognised (how ==
 * AUTH_BY_TRUSTPUB, not looked up yet, *ret_hash is its SHA-256) before the cookie is looked at;
 * all else as auth_require(AUTH_SCOPE).
 */
const struct err *must_use auth_require_publish(struct req *r, struct sha256 *ret_trustpub_hash);
