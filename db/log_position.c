#include "db/log_position.h"

#include "app/base/arena.h"

static const struct db_stmt positions = {
	.name = "log_positions",
	.sql = "SELECT id, machine, path, device, inode, head, head_bytes, position, updated_us,"
	       "       finished_us"
	       "  FROM log_positions WHERE path = ? AND (machine = ? OR inode = ?)"
	       " ORDER BY id DESC LIMIT 50",
	.in = { DB_TEXT, DB_TEXT, DB_U64 },
	.out = { DB_COL(struct log_position, id), DB_COL(struct log_position, machine),
		 DB_COL(struct log_position, path), DB_COL(struct log_position, device),
		 DB_COL(struct log_position, inode), DB_COL(struct log_position, head),
		 DB_COL(struct log_position, head_bytes), DB_COL(struct log_position, position),
		 DB_COL(struct log_position, updated_us),
		 DB_COL(struct log_position, finished_us) },
};

static const struct db_stmt add = {
	.name = "log_position_add",
	.sql = "INSERT INTO log_positions (machine, path, device, inode, head, head_bytes,"
	       "                           position, updated_us)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	.in = { DB_TEXT, DB_TEXT, DB_U64, DB_U64, DB_SHA256, DB_U64, DB_U64, DB_I64 },
};

static const struct db_stmt move = {
	.name = "log_position_move",
	.sql = "UPDATE log_positions SET machine = ?, device = ?, inode = ?, head = ?,"
	       "                         head_bytes = ?, position = ?, updated_us = ?"
	       " WHERE id = ? AND position = ?",
	.in = { DB_TEXT, DB_U64, DB_U64, DB_SHA256, DB_U64, DB_U64, DB_I64, DB_U64, DB_U64 },
};

static const struct db_stmt finish = {
	.name = "log_position_finish",
	.sql = "UPDATE log_positions SET finished_us = ?, updated_us = ? WHERE id = ?",
	.in = { DB_I64, DB_I64, DB_U64 },
};

static const struct db_stmt forget = {
	.name = "log_position_forget",
	.sql = "DELETE FROM log_positions WHERE updated_us < ? AND finished_us IS NOT NULL"
	       " LIMIT 1000",
	.in = { DB_I64 },
};

const struct err *db_log_positions(struct db *db, struct text path, struct text machine,
				   uint64_t inode, struct log_position **ret, size_t *ret_n)
{
	return db_all(db, &positions, DB_ARGS(db_text(path), db_text(machine), db_u64(inode)),
		      sizeof(**ret), ret, ret_n);
}

const struct err *db_log_move(struct db *db, const struct log_position *was,
			      const struct log_position *to, uint64_t *ret_id)
{
	const struct err *e;
	uint64_t n = 0;

	if (!was->id) {
		e = db_exec(db, &add,
			    DB_ARGS(db_text(to->machine), db_text(to->path), db_u64(to->device),
				    db_u64(to->inode), db_sha(&to->head), db_u64(to->head_bytes),
				    db_u64(to->position), db_i64(to->updated_us)),
			    NULL);
		if (!e)
			*ret_id = db_insert_id(db);
		if (!err_is(e, ERR_EXISTS))
			return e;
	} else {
		*ret_id = was->id;
		e = db_exec(db, &move,
			    DB_ARGS(db_text(to->machine), db_u64(to->device), db_u64(to->inode),
				    db_sha(&to->head), db_u64(to->head_bytes), db_u64(to->position),
				    db_i64(to->updated_us), db_u64(was->id), db_u64(was->position)),
			    &n);
		if (e || n)
			return e;
	}
	return err_new(db_arena(db), ERR_BUSY, "another has read on in the log");
}

const struct err *db_log_finish(struct db *db, uint64_t id, int64_t finished_us, int64_t looked_us)
{
	return db_exec(db, &finish, DB_ARGS(db_i64(finished_us), db_i64(looked_us), db_u64(id)),
		       NULL);
}

const struct err *db_log_forget(struct db *db, int64_t before_us)
{
	return db_exec(db, &forget, DB_ARGS(db_i64(before_us)), NULL);
}

const struct db_stmt *const db_log_position_stmts[] = { &positions, &add,    &move,
							&finish,    &forget, NULL };
