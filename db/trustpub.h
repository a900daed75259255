/* Tokens of trusted publishing (contract/publish.md 4.2). */
#pragma once

#include "db/db.h"

/* One that has not expired. */
struct trustpub_token {
	uint64_t id;
	struct text crate_ids;     /* JSON list of numbers */
	struct text trustpub_data; /* JSON object; absent for none */
};
const struct err *must_use db_trustpub_token(struct db *db, const struct sha256 *hash,
					     int64_t now_us, struct trustpub_token *ret,
					     bool *ret_found);

/* Gives one back; nothing happens where there is none. */
const struct err *must_use db_trustpub_token_delete(struct db *db, const struct sha256 *hash);

extern const struct db_stmt *const db_trustpub_stmts[];
