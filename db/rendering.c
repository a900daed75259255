#include "db/rendering.h"

#include "app/base/time.h"

static const struct db_stmt published_bytes = {
	.name = "published_bytes",
	.sql = "SELECT c.name AS crate, v.num, v.tar_sha256 FROM versions v JOIN crates c ON c.id "
	       "= v.crate_id WHERE v.id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct published_bytes, crate), DB_COL(struct published_bytes, num),
		 DB_COL(struct published_bytes, tar_sha256) },
};

static const struct db_stmt rendering_put = {
	.name = "rendering_put",
	.sql = "INSERT INTO readme_renderings (version_id, rendered_us, renderer, plain) VALUES "
	       "(?, ?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE rendered_us = VALUES(rendered_us), renderer = "
	       "VALUES(renderer), plain = VALUES(plain)",
	.in = { DB_U64, DB_I64, DB_U64, DB_BOOL },
};

static const struct db_stmt marks_put = {
	.name = "marks_put",
	.sql = "UPDATE versions SET marks = ? WHERE id = ?",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt linecounts_put = {
	.name = "linecounts_put",
	.sql = "UPDATE versions v JOIN crates c ON c.id = v.crate_id"
	       "   SET v.linecounts = ?, c.data_gen = c.data_gen + 1 WHERE v.id = ?",
	.in = { DB_TEXT, DB_U64 },
};

const struct err *db_published_bytes(struct db *db, uint64_t version_id,
				     struct published_bytes *ret)
{
	return db_one(db, &published_bytes, DB_ARGS(db_u64(version_id)), ret);
}

const struct err *db_rendering_put(struct db *db, uint64_t version_id, bool plain)
{
	return db_exec(db, &rendering_put,
		       DB_ARGS(db_u64(version_id), db_i64(time_now_us()), db_u64(README_RENDERER),
			       db_bool(plain)),
		       NULL);
}

const struct err *db_linecounts_put(struct db *db, uint64_t version_id, struct text json)
{
	return db_exec(db, &linecounts_put, DB_ARGS(db_text(json), db_u64(version_id)), NULL);
}

const struct err *db_marks_put(struct db *db, uint64_t version_id, uint64_t marks)
{
	return db_exec(db, &marks_put, DB_ARGS(db_u64(marks), db_u64(version_id)), NULL);
}

const struct db_stmt *const db_rendering_stmts[] = { &published_bytes, &rendering_put,
						     &linecounts_put, &marks_put, NULL };
