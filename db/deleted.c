#include "db/deleted.h"

/* 51 is DELETED_PER_PAGE and the one that says that there is more. */
static const struct db_stmt deleted_page = {
	.name = "deleted_page",
	.sql = "SELECT d.id, d.name, d.created_us, d.deleted_us, d.available_us,"
	       "       c.id IS NOT NULL AS again"
	       "  FROM deleted_crates d LEFT JOIN crates c ON c.canon_name = d.canon_name"
	       " WHERE d.id < ? ORDER BY d.id DESC LIMIT 51",
	.in = { DB_I64 },
	.out = { DB_COL(struct deleted_crate, id), DB_COL(struct deleted_crate, name),
		 DB_COL(struct deleted_crate, created_us), DB_COL(struct deleted_crate, deleted_us),
		 DB_COL(struct deleted_crate, available_us), DB_COL(struct deleted_crate, again) },
};

const struct err *db_deleted_crates(struct db *db, int64_t before, struct deleted_crate **ret,
				    size_t *ret_n, bool *ret_more)
{
	const struct err *e =
		db_all(db, &deleted_page, DB_ARGS(db_i64(before)), sizeof(**ret), ret, ret_n);

	if (e)
		return e;
	*ret_more = *ret_n > DELETED_PER_PAGE;
	if (*ret_more)
		*ret_n = DELETED_PER_PAGE;
	return NULL;
}

const struct db_stmt *const db_deleted_stmts[] = { &deleted_page, NULL };
