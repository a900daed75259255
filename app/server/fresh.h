/*
 * How fresh the sign-in of a session is. What is dangerous (deleting a crate, the flag that only trusted publishing may publish, the
 * mode of administrators) asks for a sign-in of the last minutes, so that a cookie that was stolen, or a browser that was left open,
 * is not enough (contract/web.md P48 and 14.4). Every sign-in makes a session of its own (sign_in.h), so its age is that of the
 * session. Pages alone ask: the API is as its contract has it.
 */
#pragma once

#include "app/server/req.h"

enum {
	FRESH_STEP_UP_S = 10 * 60, /* before what cannot be taken back */
	FRESH_ADMIN_S = 60 * 60,   /* as long as somebody is an administrator by one sign-in */
};

/* Whether whoever asks signed in by this session within the last max_s seconds; false for who is not signed in by a session. */
bool fresh_is(const struct req *r, int64_t max_s);

/* The same as an error: 401, whose page (handlers/web/error.c) offers to sign in again and leads back from there. */
const struct err *must_use fresh_require(struct req *r, int64_t max_s);
