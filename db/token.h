/*
 * API tokens (contract/api.md 3.2, 3.3, 23). Only SHA-256
 * values are here; what the person holds was shown once.
 */
#pragma once

#include "db/account_event.h"
#include "db/user.h"

/* What the server must know of whoever shows a token. */
struct token_auth {
	uint64_t token_id;
	struct opt_i64 last_used_us;
	struct text crate_scopes, endpoint_scopes; /* JSON lists; absent: null */
	struct user_auth user;
};

/* Neither revoked nor run out; *ret_found false otherwise. One query. */
const struct err *must_use db_token_auth(struct db *db, const struct sha256 *hash,
					 struct token_auth *ret, bool *ret_found);

/* Writes last_used_us, unless it was written within the last minute. The first use is an event of the account. */
const struct err *must_use db_token_used(struct db *db, const struct token_auth *t,
					 struct event_source from);

struct token_row {
	uint64_t id, user_id;
	struct text name;
	int64_t created_us;
	struct opt_i64 last_used_us;
	bool revoked;
	struct text crate_scopes, endpoint_scopes; /* JSON lists; absent: null */
	struct opt_i64 expired_us;
};

enum { TOKENS_MAX = 500 }; /* a user, revoked and run out ones included */

struct token_new {
	uint64_t user_id;
	struct text name;
	struct sha256 hash;
	struct text crate_scopes, endpoint_scopes;
	struct opt_i64 expired_us;
	bool tell; /* leave a letter to the user (db/mail.h) */
	struct event_source from;
};

/* The row as it is stored is *ret. */
const struct err *must_use db_token_add(struct db *db, const struct token_new *t,
					struct token_row *ret);
const struct err *must_use db_token_count(struct db *db, uint64_t user_id, uint64_t *ret);

/* Not revoked, and not run out before expired_after_us; id descending, at most TOKENS_MAX. */
const struct err *must_use db_token_list(struct db *db, uint64_t user_id, int64_t expired_after_us,
					 struct token_row **ret, size_t *ret_n);

/* The user's own, whatever its state; ERR_NOT_FOUND ("Not Found"). */
const struct err *must_use db_token_by_id(struct db *db, uint64_t user_id, uint64_t id,
					  struct token_row *ret);

/* Nothing happens where the user has no such token, or it is revoked already. */
const struct err *must_use db_token_revoke(struct db *db, uint64_t user_id, uint64_t id,
					   struct event_source from);

/* By its hash, whoever has it: the command line. *ret_found false: nobody has such a token; true for one that was revoked already, too. */
const struct err *must_use db_token_revoke_hash(struct db *db, const struct sha256 *hash,
						bool *ret_found);

extern const struct db_stmt *const db_token_stmts[];
