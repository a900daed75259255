#include "db/zip.h"

#define VERSION_SQL                                                                                \
	"SELECT v.id, c.name AS crate, v.num, v.created_us, v.tar_sha256,"                         \
	"       d.version_id IS NOT NULL AS is_default"                                            \
	"  FROM versions v"                                                                        \
	"  JOIN crates c ON c.id = v.crate_id"                                                     \
	"  LEFT JOIN default_versions d ON d.version_id = v.id"
#define VERSION_COLS                                                                               \
	{                                                                                          \
		DB_COL(struct zip_version, id), DB_COL(struct zip_version, crate),                 \
			DB_COL(struct zip_version, num), DB_COL(struct zip_version, created_us),   \
			DB_COL(struct zip_version, tar_sha256),                                    \
			DB_COL(struct zip_version, is_default)                                     \
	}

static const struct db_stmt by_id = {
	.name = "zip_version",
	.sql = VERSION_SQL " WHERE v.id = ?",
	.in = { DB_U64 },
	.out = VERSION_COLS,
};

static const struct db_stmt by_name = {
	.name = "zip_by_name",
	.sql = VERSION_SQL " WHERE c.name = ? AND v.num = ?",
	.in = { DB_TEXT, DB_TEXT },
	.out = VERSION_COLS,
};

static const struct db_stmt missing = {
	.name = "zip_missing",
	.sql = VERSION_SQL
	" WHERE v.id > ? AND v.zip_sha256 IS NULL AND v.without_bytes = 0 ORDER BY v.id LIMIT 1000",
	.in = { DB_U64 },
	.out = VERSION_COLS,
};

static const struct db_stmt of_crate = {
	.name = "zip_of_crate",
	.sql = VERSION_SQL
	" WHERE v.crate_id = ? AND v.id > ? AND v.without_bytes = 0 ORDER BY v.id LIMIT 1000",
	.in = { DB_U64, DB_U64 },
	.out = VERSION_COLS,
};

static const struct db_stmt put = {
	.name = "zip_put",
	.sql = "UPDATE versions SET zip_sha256 = ?, zip_json_sha256 = ? WHERE id = ?",
	.in = { DB_SHA256, DB_SHA256, DB_U64 },
};

const struct err *db_zip_version(struct db *db, uint64_t version_id, struct zip_version *ret)
{
	return db_one(db, &by_id, DB_ARGS(db_u64(version_id)), ret);
}

const struct err *db_zip_put(struct db *db, uint64_t version_id, const struct sha256 *zip,
			     const struct sha256 *list)
{
	uint64_t n = 0;
	const struct err *e =
		db_exec(db, &put, DB_ARGS(db_sha(zip), db_sha(list), db_u64(version_id)), &n);

	return e || n ? e : err_new(db_arena(db), ERR_NOT_FOUND, "the version is gone");
}

const struct err *db_zip_find(struct db *db, struct text crate, struct text num,
			      struct zip_version *ret, bool *ret_found)
{
	return db_maybe(db, &by_name, DB_ARGS(db_text(crate), db_text(num)), ret, ret_found);
}

const struct err *db_zip_missing(struct db *db, uint64_t after_id, struct zip_version **ret,
				 size_t *ret_n)
{
	return db_all(db, &missing, DB_ARGS(db_u64(after_id)), sizeof(**ret), ret, ret_n);
}

const struct err *db_zip_of_crate(struct db *db, uint64_t crate_id, uint64_t after_id,
				  struct zip_version **ret, size_t *ret_n)
{
	return db_all(db, &of_crate, DB_ARGS(db_u64(crate_id), db_u64(after_id)), sizeof(**ret),
		      ret, ret_n);
}

const struct db_stmt *const db_zip_stmts[] = { &by_id, &by_name, &missing, &of_crate, &put, NULL };
