/*
 * How far a log was read (design.md 7). A file is known by its inode and by what it begins with, whatever it is called: a
 * log that was renamed goes on where it stood. The position moves in the transaction that writes what was read.
 */
#pragma once

#include "db/db.h"

enum { LOG_HEAD_BYTES = 256, LOG_POSITIONS_MAX = 50 };

struct log_position {
	uint64_t id; /* 0: not stored yet */
	struct text machine, path;
	uint64_t device, inode;
	struct sha256 head; /* of the first head_bytes bytes, at most LOG_HEAD_BYTES */
	uint64_t head_bytes;
	uint64_t position; /* behind the last newline that was counted */
	int64_t updated_us;
	struct opt_i64 finished_us; /* when it was renamed away and read to its end */
};

/*
 * Of the log of that path on that machine, newest first, at most LOG_POSITIONS_MAX; and of files with that inode on machines
 * of other names: a container has another name each time.
 */
const struct err *must_use db_log_positions(struct db *db, struct text path, struct text machine,
					    uint64_t inode, struct log_position **ret,
					    size_t *ret_n);

/*
 * Inside a transaction: from where it stands in was (id 0: stored nowhere) to what `to` says; *ret_id is the row's. ERR_BUSY
 * where it stands elsewhere by now: another has read on.
 */
const struct err *must_use db_log_move(struct db *db, const struct log_position *was,
				       const struct log_position *to, uint64_t *ret_id);

/* The file has another name now and was read to its end, at finished_us; looked_us: when it was looked at last. */
const struct err *must_use db_log_finish(struct db *db, uint64_t id, int64_t finished_us,
					 int64_t looked_us);

/* Rows of files that were finished before that time, 1,000 at once. */
const struct err *must_use db_log_forget(struct db *db, int64_t before_us);

extern const struct db_stmt *const db_log_position_stmts[];
