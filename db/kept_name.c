#include "db/kept_name.h"

#include "app/base/time.h"

#define KEPT_COLS                                                                                  \
	{                                                                                          \
		DB_COL(struct kept_name, canon_name), DB_COL(struct kept_name, name),              \
			DB_COL(struct kept_name, reason), DB_COL(struct kept_name, kept_us),       \
			DB_COL(struct kept_name, kept_by)                                          \
	}

static const struct db_stmt list = {
	.name = "kept_names",
	.sql = "SELECT canon_name, name, reason, kept_us, kept_by FROM kept_crate_names"
	       " WHERE canon_name > ? ORDER BY canon_name LIMIT 100", /* KEPT_NAMES_MAX */
	.in = { DB_TEXT },
	.out = KEPT_COLS,
};

static const struct db_stmt by_canon = {
	.name = "kept_name",
	.sql = "SELECT canon_name, name, reason, kept_us, kept_by FROM kept_crate_names"
	       " WHERE canon_name = ?",
	.in = { DB_TEXT },
	.out = KEPT_COLS,
};

static const struct db_stmt put = {
	.name = "kept_name_put",
	.sql = "INSERT INTO kept_crate_names (canon_name, name, reason, kept_us, kept_by)"
	       " VALUES (?, ?, ?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE name = VALUES(name), reason = VALUES(reason),"
	       " kept_us = VALUES(kept_us), kept_by = VALUES(kept_by)",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_I64, DB_TEXT },
};

static const struct db_stmt set_free = {
	.name = "kept_name_free",
	.sql = "DELETE FROM kept_crate_names WHERE canon_name = ?",
	.in = { DB_TEXT },
};

const struct err *db_kept_names(struct db *db, struct text after, struct kept_name **ret,
				size_t *ret_n)
{
	return db_all(db, &list, DB_ARGS(db_text(after)), sizeof(**ret), ret, ret_n);
}

const struct err *db_name_is_kept(struct db *db, struct text canon, bool *ret)
{
	struct kept_name row;

	return db_maybe(db, &by_canon, DB_ARGS(db_text(canon)), &row, ret);
}

const struct err *db_name_keep(struct db *db, const struct kept_name *k,
			       const struct audit_entry *note)
{
	return db_exec_noted(db, &put,
			     DB_ARGS(db_text(k->canon_name), db_text(k->name), db_text(k->reason),
				     db_i64(time_now_us()), db_text(note->actor)),
			     note, NULL);
}

const struct err *db_name_free(struct db *db, struct text canon, const struct audit_entry *note,
			       bool *ret_was)
{
	uint64_t n;
	const struct err *e = db_exec_noted(db, &set_free, DB_ARGS(db_text(canon)), note, &n);

	if (!e)
		*ret_was = n != 0;
	return e;
}

const struct db_stmt *const db_kept_name_stmts[] = { &list, &by_canon, &put, &set_free, NULL };
