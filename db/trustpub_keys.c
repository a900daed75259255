#include "db/trustpub_keys.h"

static const struct db_stmt keys = {
	.name = "trustpub_keys",
	.sql = "SELECT key_set, fetched_us, tried_us FROM trustpub_key_sets WHERE issuer = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct trustpub_keys, key_set), DB_COL(struct trustpub_keys, fetched_us),
		 DB_COL(struct trustpub_keys, tried_us) },
};

static const struct db_stmt first_claim = {
	.name = "trustpub_keys_first_claim",
	.sql = "INSERT INTO trustpub_key_sets (issuer, tried_us) VALUES (?, ?)",
	.in = { DB_TEXT, DB_I64 },
};

static const struct db_stmt claim = {
	.name = "trustpub_keys_claim",
	.sql = "UPDATE trustpub_key_sets SET tried_us = ?"
	       " WHERE issuer = ? AND (tried_us <= ? OR tried_us > ?)",
	.in = { DB_I64, DB_TEXT, DB_I64, DB_I64 },
};

static const struct db_stmt store = {
	.name = "trustpub_keys_store",
	.sql = "UPDATE trustpub_key_sets SET key_set = ?, fetched_us = ? WHERE issuer = ?",
	.in = { DB_TEXT, DB_I64, DB_TEXT },
};

static const struct db_stmt failed = {
	.name = "trustpub_keys_failed",
	.sql = "UPDATE trustpub_key_sets SET tried_us = ? WHERE issuer = ?",
	.in = { DB_I64, DB_TEXT },
};

const struct err *db_trustpub_keys(struct db *db, struct text issuer, struct trustpub_keys *ret,
				   bool *ret_found)
{
	return db_maybe(db, &keys, DB_ARGS(db_text(issuer)), ret, ret_found);
}

const struct err *db_trustpub_keys_claim(struct db *db, struct text issuer, int64_t now_us,
					 int64_t every_us, bool *ret)
{
	uint64_t n;
	const struct err *e = db_exec(db, &claim,
				      DB_ARGS(db_i64(now_us), db_text(issuer),
					      db_i64(now_us - every_us), db_i64(now_us + every_us)),
				      &n);

	if (!e && !n) { /* not yet, or no row yet */
		e = db_exec(db, &first_claim, DB_ARGS(db_text(issuer), db_i64(now_us)), &n);
		if (err_is(e, ERR_EXISTS)) {
			e = NULL;
			n = 0;
		}
	}
	if (!e)
		*ret = n > 0;
	return e;
}

const struct err *db_trustpub_keys_store(struct db *db, struct text issuer, struct text key_set,
					 int64_t now_us)
{
	return db_exec(db, &store, DB_ARGS(db_text(key_set), db_i64(now_us), db_text(issuer)),
		       NULL);
}

const struct err *db_trustpub_keys_failed(struct db *db, struct text issuer, int64_t tried_us)
{
	return db_exec(db, &failed, DB_ARGS(db_i64(tried_us), db_text(issuer)), NULL);
}

const struct db_stmt *const db_trustpub_keys_stmts[] = { &keys,  &first_claim, &claim,
							 &store, &failed,      NULL };
