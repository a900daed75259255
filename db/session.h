/*
 * Sessions of the web site, and links that work once. The database has the SHA-256 of what the
 * cookie or the link carries. Sessions are listed to their owner and can be ended one by one.
 */
#pragma once

#include "db/account_event.h"
#include "db/user.h"

struct session_auth {
	uint64_t session_id;
	int64_t created_us, last_used_us, expires_us;
	struct text form_token;
	struct user_auth user;
};

/* Signed in and not run out; *ret_found false otherwise. One query. */
const struct err *must_use db_session_auth(struct db *db, const struct sha256 *hash,
					   struct session_auth *ret, bool *ret_found);

/* Writes last_used_us and moves the end, unless that was done within the last minute. */
const struct err *must_use db_session_used(struct db *db, const struct session_auth *s,
					   int64_t expires_us);

struct session_new {
	struct opt_u64 user_id; /* not set: a sign-in is under way */
	struct sha256 hash;
	const char *how; /* with user_id: by what means, for the account's events: "GitHub" */
	struct text form_token;
	struct event_source from;
	struct text pending_signup; /* JSON of app/server/sign_in.c; absent: none */
	struct text oauth_state;    /* absent: none */
	int64_t expires_us;
};
const struct err *must_use db_session_add(struct db *db, const struct session_new *s,
					  uint64_t *ret_id);

/* ---- signing in (contract/api.md 25) */

/* The session waits for that state, and for no sign-up any more; *ret_found false for one that is not there. */
const struct err *must_use db_session_await(struct db *db, const struct sha256 *hash,
					    struct text state, bool *ret_found);

/* Whether it waited for that state; from then on it waits for none, whatever came. Of two at once, one is right. */
const struct err *must_use db_session_take_state(struct db *db, const struct sha256 *hash,
						 struct text state, bool *ret_right);

struct session_pending {
	struct opt_u64 user_id;
	struct text pending_signup; /* absent: none */
};
const struct err *must_use db_session_pending(struct db *db, const struct sha256 *hash,
					      struct session_pending *ret, bool *ret_found);
const struct err *must_use db_session_drop_pending(struct db *db, const struct sha256 *hash);

struct session_row {
	uint64_t id;
	int64_t created_us, last_used_us, expires_us;
	struct text address, user_agent;
};

/* Newest first, at most 100. */
const struct err *must_use db_session_list(struct db *db, uint64_t user_id,
					   struct session_row **ret, size_t *ret_n);
const struct err *must_use db_session_end(struct db *db, const struct sha256 *hash);
const struct err *must_use db_session_end_by_id(struct db *db, uint64_t user_id, uint64_t id,
						bool *ret_found);
/* All of a user but one, however many there are. */
const struct err *must_use db_session_end_others(struct db *db, uint64_t user_id, uint64_t but_id);

/* Those that ran out before; at most 1,000 at a time. */
const struct err *must_use db_session_sweep(struct db *db, int64_t before_us, uint64_t *ret_n);

/* A link for one purpose ("sign-in"), good once until then. */
const struct err *must_use db_link_add(struct db *db, const struct sha256 *hash,
				       const char *purpose, uint64_t user_id, int64_t expires_us);

/* Uses it up: of two at once, one succeeds. *ret_found false for one that is unknown, used or run
 * out. */
const struct err *must_use db_link_take(struct db *db, const struct sha256 *hash,
					const char *purpose, uint64_t *ret_user_id,
					bool *ret_found);

extern const struct db_stmt *const db_session_stmts[];
