/*
 * Rate limits of what writes: the classes of contract/api.md 6 with the values in force. Reads are limited by the web
 * server.
 */
#pragma once

#include "app/registry/ratelimit.h"
#include "app/server/req.h"

/*
 * One token of the signed-in user's bucket: NULL, ERR_LIMIT in the contract's words, ERR_BUSY. What is taken stays
 * taken. Nothing is asked where limits.enabled is off, or of a trusted-publishing token.
 */
const struct err *must_use limit_take(struct req *r, enum limit_action action);

/* Of whoever is not signed in; as stored in address_limit_buckets. */
enum address_action {
	LIMIT_SIGN_IN = 0,
	LIMIT_TOKEN_EXCHANGE = 1,
	LIMIT_LETTER = 2,
	LIMIT_REPORT = 3,
	LIMIT_CHECK = 4
};

/* One token of the address that the request comes from; IPv6 addresses of one /64 share them. As limit_take. */
const struct err *must_use limit_take_address(struct req *r, enum address_action action);

/*
 * Before a letter goes to an e-mail address that may be anybody's: one token of the signed-in user, and one of that address,
 * whoever writes to it. As limit_take.
 */
const struct err *must_use limit_take_letter(struct req *r, struct text to);

/* Before another site is asked whether it has what the signed-in user enters: one token of his. As limit_take. */
const struct err *must_use limit_take_check(struct req *r);

/* NULL, or ERR_BUSY in the contract's words where server.read_only forbids every change. */
const struct err *must_use limit_read_only(struct req *r);
