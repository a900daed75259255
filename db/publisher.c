#include "db/publisher.h"

#include <stddef.h>

static const struct db_stmt target = {
	.name = "publish_target",
	.sql = "SELECT id, name, max_upload_size, max_features, trustpub_only"
	       "  FROM crates"
	       " WHERE canon_name = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct publish_target, id), DB_COL(struct publish_target, name),
		 DB_COL(struct publish_target, max_upload_size),
		 DB_COL(struct publish_target, max_features),
		 DB_COL(struct publish_target, trustpub_only) },
};

static const struct db_stmt deleted = {
	.name = "deleted_name",
	.sql = "SELECT name, available_us"
	       "  FROM deleted_crates"
	       " WHERE canon_name = ? AND available_us > ?"
	       " ORDER BY available_us DESC"
	       " LIMIT 1",
	.in = { DB_TEXT, DB_I64 },
	.out = { DB_COL(struct deleted_name, name), DB_COL(struct deleted_name, available_us) },
};

struct email_row {
	struct text email;
};

static const struct db_stmt verified_email = {
	.name = "verified_email",
	.sql = "SELECT email FROM emails WHERE user_id = ? AND verified = 1",
	.in = { DB_U64 },
	.out = { DB_COL(struct email_row, email) },
};

static const struct db_stmt token = {
	.name = "trustpub_token",
	.sql = "SELECT id, crate_ids, trustpub_data"
	       "  FROM trustpub_tokens"
	       " WHERE hashed_token = ? AND expires_us > ?",
	.in = { DB_SHA256, DB_I64 },
	.out = { DB_COL(struct trustpub_token, id), DB_COL(struct trustpub_token, crate_ids),
		 DB_COL(struct trustpub_token, trustpub_data) },
};

const struct err *db_publish_target(struct db *db, struct text canon, struct publish_target *ret,
				    bool *ret_found)
{
	return db_maybe(db, &target, DB_ARGS(db_text(canon)), ret, ret_found);
}

const struct err *db_deleted_name(struct db *db, struct text canon, int64_t now_us,
				  struct deleted_name *ret, bool *ret_found)
{
	return db_maybe(db, &deleted, DB_ARGS(db_text(canon), db_i64(now_us)), ret, ret_found);
}

const struct err *db_verified_email(struct db *db, uint64_t user_id, struct text *ret)
{
	struct email_row row;
	const struct err *e;
	bool found;

	e = db_maybe(db, &verified_email, DB_ARGS(db_u64(user_id)), &row, &found);
	if (!e)
		*ret = found ? row.email : TEXT_NONE;
	return e;
}

const struct err *db_trustpub_token(struct db *db, const struct sha256 *hash, int64_t now_us,
				    struct trustpub_token *ret, bool *ret_found)
{
	return db_maybe(db, &token, DB_ARGS(db_sha(hash), db_i64(now_us)), ret, ret_found);
}

const struct db_stmt *const db_publisher_stmts[] = { &target, &deleted, &verified_email, &token,
						     NULL };
