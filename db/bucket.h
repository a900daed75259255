/*
 * Token buckets in the database (contract/publish.md 4.4; the arithmetic is
 * app/registry/ratelimit.h). A token is taken in a transaction of its own, so it stays taken when
 * the request fails later.
 */
#pragma once

#include "app/registry/ratelimit.h"
#include "db/db.h"

/*
 * Of a user. A row in publish_rate_overrides that has not run out replaces l->burst. NULL, or
 * ERR_LIMIT with retry_after_s in the contract's words.
 */
const struct err *must_use db_bucket_take(struct db *db, uint64_t user_id, enum limit_action action,
					  const struct limit *l, struct text site_url);

/*
 * Of an address, or whatever else names who asks (200 bytes at most): sign-in, mail, token
 * exchange. action is the caller's number. *ret_retry_us: when the next token comes, where
 * *ret_passed is false.
 */
const struct err *must_use db_bucket_take_for(struct db *db, struct text subject, uint64_t action,
					      const struct limit *l, bool *ret_passed,
					      int64_t *ret_retry_us);

extern const struct db_stmt *const db_bucket_stmts[];
