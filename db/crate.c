#include "db/crate.h"

#include "app/base/time.h"
#include "app/registry/name.h"

#include <stddef.h>

static const struct db_stmt by_name = {
	.name = "crate_by_name",
	.sql = "SELECT id, name, canon_name, created_us, trustpub_only, max_upload_size, "
	       "max_features, repository"
	       "  FROM crates"
	       " WHERE canon_name = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct crate_row, id), DB_COL(struct crate_row, name),
		 DB_COL(struct crate_row, canon_name), DB_COL(struct crate_row, created_us),
		 DB_COL(struct crate_row, trustpub_only), DB_COL(struct crate_row, max_upload_size),
		 DB_COL(struct crate_row, max_features), DB_COL(struct crate_row, repository) },
};

struct deleted_row {
	struct text name;
	int64_t available_us;
};

static const struct db_stmt deleted = {
	.name = "crate_deleted",
	.sql = "SELECT name, available_us"
	       "  FROM deleted_crates"
	       " WHERE canon_name = ? AND available_us > ?"
	       " ORDER BY available_us DESC"
	       " LIMIT 1",
	.in = { DB_TEXT, DB_I64 },
	.out = { DB_COL(struct deleted_row, name), DB_COL(struct deleted_row, available_us) },
};

static const struct db_stmt version = {
	.name = "version_by_num",
	.sql = "SELECT id, crate_id, num, yanked, yank_message, tar_sha256, crate_size"
	       "  FROM versions"
	       " WHERE crate_id = ? AND num = ?",
	.in = { DB_U64, DB_TEXT },
	.out = { DB_COL(struct version_row, id), DB_COL(struct version_row, crate_id),
		 DB_COL(struct version_row, num), DB_COL(struct version_row, yanked),
		 DB_COL(struct version_row, yank_message), DB_COL(struct version_row, tar_sha256),
		 DB_COL(struct version_row, crate_size) },
};

const struct err *db_crate_find(struct db *db, struct text name, struct crate_row *ret,
				bool *ret_found)
{
	return db_maybe(db, &by_name, DB_ARGS(db_text(canon_name(db_arena(db), name))), ret,
			ret_found);
}

const struct err *db_crate_by_name(struct db *db, struct text name, struct crate_row *ret)
{
	bool found;
	const struct err *e = db_crate_find(db, name, ret, &found);

	if (e || found)
		return e;
	return err_new(db_arena(db), ERR_NOT_FOUND, "crate `%.*s` does not exist", TEXT_F(name));
}

const struct err *db_crate_check_deleted(struct db *db, struct text name)
{
	struct text canon = canon_name(db_arena(db), name);
	struct deleted_row row;
	bool found;
	const struct err *e = db_maybe(db, &deleted, DB_ARGS(db_text(canon), db_i64(time_now_us())),
				       &row, &found);

	if (e || !found)
		return e;
	return err_new(db_arena(db), ERR_INVALID,
		       "A crate with the name `%.*s` was recently deleted. Reuse of this name will "
		       "be available after %s.",
		       TEXT_F(row.name), time_rfc3339_s(row.available_us).s);
}

const struct err *db_version_by_num(struct db *db, uint64_t crate_id, struct text crate,
				    struct text num, struct version_row *ret)
{
	const struct err *e = db_one(db, &version, DB_ARGS(db_u64(crate_id), db_text(num)), ret);

	if (err_is(e, ERR_NOT_FOUND))
		return err_new(db_arena(db), ERR_NOT_FOUND,
			       "crate `%.*s` does not have a version `%.*s`", TEXT_F(crate),
			       TEXT_F(num));
	return e;
}

static const struct db_stmt bytes_came = {
	.name = "version_bytes_came",
	.sql = "UPDATE versions v JOIN crates c ON c.id = v.crate_id"
	       "   SET v.without_bytes = 0, v.crate_size = ?, c.data_gen = c.data_gen + 1"
	       " WHERE v.id = ?",
	.in = { DB_U64, DB_U64 },
};

const struct err *db_version_bytes_came(struct db *db, uint64_t version_id, uint64_t bytes)
{
	return db_exec(db, &bytes_came, DB_ARGS(db_u64(bytes), db_u64(version_id)), NULL);
}

const struct db_stmt *const db_crate_stmts[] = { &by_name, &deleted, &version, &bytes_came, NULL };
