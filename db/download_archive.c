#include "db/download_archive.h"

#include "app/base/arena.h"

#include <stddef.h>

struct date_row {
	struct text date;
};

static const struct db_stmt next_day = {
	.name = "archive_next",
	.sql = "SELECT CAST(d.date AS CHAR) AS date"
	       "  FROM version_downloads d FORCE INDEX (version_downloads_date)"
	       " WHERE d.date < ? AND d.processed = 1"
	       "   AND d.date <= (SELECT recent_date - INTERVAL 90 DAY FROM metadata WHERE id = 1)"
	       " ORDER BY d.date LIMIT 1",
	.in = { DB_TEXT },
	.out = { DB_COL(struct date_row, date) },
};

#define DAY_COLS                                                                                   \
	{                                                                                          \
		DB_COL(struct download_archive_day, date),                                         \
			DB_COL(struct download_archive_day, sha256),                               \
			DB_COL(struct download_archive_day, bytes)                                 \
	}

static const struct db_stmt day = {
	.name = "archive_day",
	.sql = "SELECT CAST(date AS CHAR) AS date, sha256, bytes FROM archived_downloads"
	       " WHERE date = ?",
	.in = { DB_TEXT },
	.out = DAY_COLS,
};

static const struct db_stmt days = {
	.name = "archive_list",
	.sql = "SELECT CAST(date AS CHAR) AS date, sha256, bytes FROM archived_downloads"
	       " ORDER BY date DESC LIMIT 20000",
	.out = DAY_COLS,
	.scan_ok = true,
};

static const struct db_stmt rows = {
	.name = "archive_rows",
	.sql = "SELECT version_id, downloads"
	       "  FROM version_downloads FORCE INDEX (version_downloads_date)"
	       " WHERE date = ? AND processed = 1 ORDER BY version_id LIMIT 2000001 FOR UPDATE",
	.in = { DB_TEXT },
	.out = { DB_COL(struct download_archive_row, version_id),
		 DB_COL(struct download_archive_row, downloads) },
};

static const struct db_stmt drop = {
	.name = "archive_drop",
	.sql = "DELETE FROM version_downloads WHERE date = ? AND processed = 1 LIMIT 5000",
	.in = { DB_TEXT },
};

static const struct db_stmt put = {
	.name = "archive_put",
	.sql = "INSERT INTO archived_downloads (date, sha256, bytes) VALUES (?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE sha256 = VALUES(sha256), bytes = VALUES(bytes)",
	.in = { DB_TEXT, DB_SHA256, DB_U64 },
};

static const struct db_stmt mark = {
	.name = "archive_mark",
	.sql = "UPDATE crates c JOIN (SELECT DISTINCT crate_id FROM versions"
	       "                       WHERE id IN (" DB_ROWS_64(
		       "?") ")) v ON v.crate_id = c.id"
			    "   SET c.data_gen = c.data_gen + 1",
	.in = { DB_U64 },
	.in_repeat = DOWNLOAD_ARCHIVE_MARK,
};

const struct err *db_archive_next(struct db *db, struct text before, struct text *ret)
{
	struct date_row row = { .date = TEXT_NONE };
	bool found;
	const struct err *e = db_maybe(db, &next_day, DB_ARGS(db_text(before)), &row, &found);

	if (!e)
		*ret = row.date;
	return e;
}

const struct err *db_archive_day(struct db *db, struct text date, struct download_archive_day *ret,
				 bool *ret_found)
{
	return db_maybe(db, &day, DB_ARGS(db_text(date)), ret, ret_found);
}

const struct err *db_archive_list(struct db *db, struct download_archive_day **ret, size_t *ret_n)
{
	return db_all(db, &days, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

const struct err *db_archive_rows(struct db *db, struct text date,
				  struct download_archive_row **ret, size_t *ret_n)
{
	const struct err *e = db_all(db, &rows, DB_ARGS(db_text(date)), sizeof(**ret), ret, ret_n);

	if (!e && *ret_n > DOWNLOAD_ARCHIVE_ROWS_MAX)
		e = err_new(db_arena(db), ERR_INTERNAL,
			    "more downloads on %.*s than one file takes", TEXT_F(date));
	return e;
}

const struct err *db_archive_done(struct db *db, const struct download_archive_day *d, size_t n)
{
	const struct err *e = NULL;
	uint64_t some = 1, all = 0;

	for (; !e && some; all += some)
		e = db_exec(db, &drop, DB_ARGS(db_text(d->date)), &some);
	if (!e && all != n) /* one was summed up meanwhile: it is not in the file */
		e = err_new(db_arena(db), ERR_BUSY, "the downloads of %.*s were changing",
			    TEXT_F(d->date));
	if (e)
		return e;
	return db_exec(db, &put, DB_ARGS(db_text(d->date), db_sha(&d->sha256), db_u64(d->bytes)),
		       NULL);
}

struct marking {
	struct db_val ids[DOWNLOAD_ARCHIVE_MARK];
};

static const struct err *mark_some(struct db *db, void *ctx)
{
	const struct marking *m = ctx;

	return db_exec(db, &mark, (struct db_vals){ m->ids, DOWNLOAD_ARCHIVE_MARK }, NULL);
}

const struct err *db_archive_mark(struct db *db, const uint64_t *ids, size_t n)
{
	struct marking m;

	BUG_ON(!n || n > DOWNLOAD_ARCHIVE_MARK);
	for (size_t i = 0; i < DOWNLOAD_ARCHIVE_MARK; i++)
		m.ids[i] = db_u64(ids[i < n ? i : n - 1]);
	return db_tx(db, mark_some, &m);
}

const struct db_stmt *const db_download_archive_stmts[] = { &next_day, &day, &days, &rows,
							    &drop,     &put, &mark, NULL };
