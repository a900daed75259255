/* Token buckets of users in the database; the arithmetic and the words are
 * app/registry/ratelimit.h. */
#pragma once

#include "app/registry/ratelimit.h"
#include "db/db.h"

/*
 * Takes a token of the user's bucket for that action, in a transaction of its own; what is taken
 * stays taken whatever comes after. An override of the burst counts. NULL, ERR_LIMIT in the
 * contract's words, ERR_BUSY.
 */
const struct err *must_use db_limit_take(struct db *db, uint64_t user_id, enum limit_action action,
					 const struct limit *limit, int64_t now_us,
					 struct text site_url);

extern const struct db_stmt *const db_limit_stmts[];
