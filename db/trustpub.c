#include "db/trustpub.h"

#include <stddef.h>

static const struct db_stmt token = {
	.name = "trustpub_token",
	.sql = "SELECT id, crate_ids, trustpub_data"
	       "  FROM trustpub_tokens"
	       " WHERE hashed_token = ? AND expires_us > ?",
	.in = { DB_SHA256, DB_I64 },
	.out = { DB_COL(struct trustpub_token, id), DB_COL(struct trustpub_token, crate_ids),
		 DB_COL(struct trustpub_token, trustpub_data) },
};

const struct err *db_trustpub_token(struct db *db, const struct sha256 *hash, int64_t now_us,
				    struct trustpub_token *ret, bool *ret_found)
{
	return db_maybe(db, &token, DB_ARGS(db_sha(hash), db_i64(now_us)), ret, ret_found);
}

static const struct db_stmt delete_hash = {
	.name = "trustpub_token_delete",
	.sql = "DELETE FROM trustpub_tokens WHERE hashed_token = ?",
	.in = { DB_SHA256 },
};

const struct err *db_trustpub_token_delete(struct db *db, const struct sha256 *hash)
{
	return db_exec(db, &delete_hash, DB_ARGS(db_sha(hash)), NULL);
}

const struct db_stmt *const db_trustpub_stmts[] = { &token, &delete_hash, NULL };
