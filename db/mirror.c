#include "db/mirror.h"

#include "app/base/time.h"

static const struct db_stmt get = {
	.name = "mirror",
	.sql = "SELECT url, etag, last_modified, reader FROM mirrors WHERE name = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct mirror_row, url), DB_COL(struct mirror_row, etag),
		 DB_COL(struct mirror_row, last_modified), DB_COL(struct mirror_row, reader) },
};

static const struct db_stmt put = {
	.name = "mirror_put",
	.sql = "INSERT INTO mirrors (name, url, etag, last_modified, reader, changed_us)"
	       " VALUES (?, ?, ?, ?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE url = VALUES(url), etag = VALUES(etag),"
	       "   last_modified = VALUES(last_modified), reader = VALUES(reader),"
	       "   changed_us = VALUES(changed_us)",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_U64, DB_I64 },
};

const struct err *db_mirror(struct db *db, struct text name, struct mirror_row *ret,
			    bool *ret_found)
{
	return db_maybe(db, &get, DB_ARGS(db_text(name)), ret, ret_found);
}

const struct err *db_mirror_put(struct db *db, struct text name, const struct mirror_row *row)
{
	return db_exec(db, &put,
		       DB_ARGS(db_text(name), db_text(row->url), db_text(row->etag),
			       db_text(row->last_modified), db_u64(row->reader),
			       db_i64(time_now_us())),
		       NULL);
}

const struct db_stmt *const db_mirror_stmts[] = { &get, &put, NULL };
