/* The look-ups that a publish makes before its transaction: rows 8 to 13 of contract/publish.md 2,
 * and 4.2 and 4.3. */
#pragma once

#include "db/db.h"

/* The crate of that canonical name, as far as limits and scopes ask. Not locked: the transaction
 * reads again. */
struct publish_target {
	uint64_t id;
	struct text name;
	struct opt_u64 max_upload_size, max_features;
	bool trustpub_only;
};
const struct err *must_use db_publish_target(struct db *db, struct text canon,
					     struct publish_target *ret, bool *ret_found);

/* A deleted crate of that canonical name whose name is not free again at now_us. */
struct deleted_name {
	struct text name;
	int64_t available_us;
};
const struct err *must_use db_deleted_name(struct db *db, struct text canon, int64_t now_us,
					   struct deleted_name *ret, bool *ret_found);

/* The verified address of a user; absent if there is none. */
const struct err *must_use db_verified_email(struct db *db, uint64_t user_id, struct text *ret);

/* A trusted-publishing token that has not expired. */
struct trustpub_token {
	uint64_t id;
	struct text crate_ids;     /* JSON list of numbers */
	struct text trustpub_data; /* JSON object; absent for none */
};
const struct err *must_use db_trustpub_token(struct db *db, const struct sha256 *hash,
					     int64_t now_us, struct trustpub_token *ret,
					     bool *ret_found);

extern const struct db_stmt *const db_publisher_stmts[];
