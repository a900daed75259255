#include "db/banner.h"

#include "app/base/time.h"

static const struct db_stmt all = {
	.name = "banners",
	.sql = "SELECT kind, message, until_us, set_us, set_by FROM banners ORDER BY kind LIMIT 3",
	.out = { DB_COL(struct banner_row, kind), DB_COL(struct banner_row, message),
		 DB_COL(struct banner_row, until_us), DB_COL(struct banner_row, set_us),
		 DB_COL(struct banner_row, set_by) },
};

static const struct db_stmt put = {
	.name = "banner_put",
	.sql = "INSERT INTO banners (kind, message, until_us, set_us, set_by) VALUES (?, ?, ?, ?, "
	       "?)"
	       " ON DUPLICATE KEY UPDATE message = VALUES(message), until_us = VALUES(until_us),"
	       " set_us = VALUES(set_us), set_by = VALUES(set_by)",
	.in = { DB_U64, DB_TEXT, DB_OPT_I64, DB_I64, DB_TEXT },
};

static const struct db_stmt take_down = {
	.name = "banner_remove",
	.sql = "DELETE FROM banners WHERE kind = ?",
	.in = { DB_U64 },
};

const struct err *db_banners(struct db *db, struct banner_row **ret, size_t *ret_n)
{
	return db_all(db, &all, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

const struct err *db_banner_put(struct db *db, const struct banner_row *b,
				const struct audit_entry *note)
{
	return db_exec_noted(db, &put,
			     DB_ARGS(db_u64(b->kind), db_text(b->message), db_opt_i64(b->until_us),
				     db_i64(time_now_us()), db_text(note->actor)),
			     note, NULL);
}

const struct err *db_banner_remove(struct db *db, enum banner_kind kind,
				   const struct audit_entry *note, bool *ret_was)
{
	uint64_t n;
	const struct err *e = db_exec_noted(db, &take_down, DB_ARGS(db_u64(kind)), note, &n);

	if (!e)
		*ret_was = n != 0;
	return e;
}

const struct db_stmt *const db_banner_stmts[] = { &all, &put, &take_down, NULL };
