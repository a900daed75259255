#include "db/user_note.h"

#include "app/base/time.h"

static const struct db_stmt get = {
	.name = "user_note",
	.sql = "SELECT note, changed_us, changed_by FROM user_notes WHERE user_id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct user_note, note), DB_COL(struct user_note, changed_us),
		 DB_COL(struct user_note, changed_by) },
};

static const struct db_stmt put = {
	.name = "user_note_put",
	.sql = "INSERT INTO user_notes (user_id, note, changed_us, changed_by) VALUES (?, ?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE note = VALUES(note), changed_us = VALUES(changed_us),"
	       " changed_by = VALUES(changed_by)",
	.in = { DB_U64, DB_TEXT, DB_I64, DB_TEXT },
};

static const struct db_stmt take_away = {
	.name = "user_note_delete",
	.sql = "DELETE FROM user_notes WHERE user_id = ?",
	.in = { DB_U64 },
};

const struct err *db_user_note(struct db *db, uint64_t user_id, struct user_note *ret,
			       bool *ret_found)
{
	return db_maybe(db, &get, DB_ARGS(db_u64(user_id)), ret, ret_found);
}

const struct err *db_user_note_put(struct db *db, uint64_t user_id, struct text note,
				   const struct audit_entry *audit)
{
	if (!note.n)
		return db_exec_noted(db, &take_away, DB_ARGS(db_u64(user_id)), audit, NULL);
	return db_exec_noted(db, &put,
			     DB_ARGS(db_u64(user_id), db_text(note), db_i64(time_now_us()),
				     db_text(audit->actor)),
			     audit, NULL);
}

const struct db_stmt *const db_user_note_stmts[] = { &get, &put, &take_away, NULL };
