/*
 * Signing in and signing up by GitHub (contract/api.md 25), and the cookie of a session: for the API and the pages alike.
 *
 *	begin    the browser's session waits for a random state, and is sent to GitHub's page
 *	finish   GitHub sent it back with a code and the state: good once, and in that session alone
 *	sign-up  where auth.explicit_signup is on, who comes first is asked for an address before there is an account
 *
 * Beside the state there is a PKCE verifier (RFC 7636, S256), made of the session's secret and the state; so a code that was
 * begun in another browser is worth nothing, and the database could not make it. Whoever becomes somebody gets a new session:
 * a cookie that was planted before leads nowhere.
 *
 * Each answers NULL or an error in the contract's words. Nothing here is done inside a transaction of the caller.
 */
#pragma once

#include "app/server/req.h"

/* What the browser must be given with the answer, by sign_in_cookie. */
struct sign_in_cookie {
	struct text secret; /* absent: the cookie that it has stays */
	int64_t max_age_s;
};

void sign_in_cookie(struct req *r, struct reply *rp, const struct sign_in_cookie *c);

/*
 * A session of that user, whoever he says he is: for links and passwords that were checked before. how: "a link". It takes the
 * place of the one that the browser had.
 */
const struct err *must_use sign_in_as(struct req *r, uint64_t user_id, const char *how,
				      struct sign_in_cookie *ret);

/*
 * Ends the session that the browser shows, and with everywhere all others of the account that is signed in. Whoever has the
 * cookie may; without one there is nothing to end. sign_out_cookie takes the cookie away, with the answer.
 */
const struct err *must_use sign_out(struct req *r, bool everywhere);
void sign_out_cookie(struct req *r, struct reply *rp);

struct sign_in_begun {
	struct text url, state; /* GitHub's page, with the state in it; arena */
	struct sign_in_cookie cookie;
};

/* 501 where [github] is not set up; 429 for an address that comes too often. */
const struct err *must_use sign_in_begin(struct req *r, struct sign_in_begun *ret);

struct sign_in_done {
	bool signed_in; /* false: he must sign up first */
	uint64_t user_id;
	struct sign_in_cookie cookie;
};

/*
 * 400 `invalid state parameter`, 500 `Error obtaining token`, those of app/outside/github.h, 403 for a name that belongs to
 * an account without GitHub, 503 in read-only mode for somebody new.
 */
const struct err *must_use sign_in_finish(struct req *r, struct text code, struct text state,
					  struct sign_in_done *ret);

struct sign_up {
	struct text login; /* of GitHub */
	struct text email; /* that GitHub knows; absent: none */
};

/* Who waits in this session: 404 where auth.explicit_signup is off, 400 in the contract's words for nobody. */
const struct err *must_use sign_up_waits(struct req *r, struct sign_up *ret);

/* Makes the account with that address (email_wrong was asked), which is not verified yet, and signs in. */
const struct err *must_use sign_up_finish(struct req *r, struct text email,
					  struct sign_in_done *ret);

/* Nobody waits any more. */
const struct err *must_use sign_up_drop(struct req *r);
