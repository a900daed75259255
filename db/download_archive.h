/* Days of downloads that leave the database for files (contract/jobs.md 7.4). */
#pragma once

#include "db/db.h"

struct download_archive_day {
	struct text date;     /* "2026-08-01" */
	struct sha256 sha256; /* of the file */
	uint64_t bytes;
};

/* What a version had on that day. */
struct download_archive_row {
	uint64_t version_id, downloads;
};

/*
 * The oldest day before that date that has downloads which are in all sums; *ret absent where there is none. None within the last
 * 90 days that recent_crate_downloads was summed up for.
 */
const struct err *must_use db_archive_next(struct db *db, struct text before, struct text *ret);

/* What its file is known to hold; *ret_found false for a day that never was archived. */
const struct err *must_use db_archive_day(struct db *db, struct text date,
					  struct download_archive_day *ret, bool *ret_found);

/*
 * Inside a transaction: the rows of that day that are in all sums, by version; they are locked until its end. At most
 * DOWNLOAD_ARCHIVE_ROWS_MAX; more are an error.
 */
enum { DOWNLOAD_ARCHIVE_ROWS_MAX = 2000000 };
const struct err *must_use db_archive_rows(struct db *db, struct text date,
					   struct download_archive_row **ret, size_t *ret_n);

/* In the same transaction: these n rows go, and the file is known. ERR_BUSY where it would be others: once more, then. */
const struct err *must_use db_archive_done(struct db *db, const struct download_archive_day *day,
					   size_t n);

/* What answers show of the crates of these versions is another (db/crate_view.h). At most DOWNLOAD_ARCHIVE_MARK. */
enum { DOWNLOAD_ARCHIVE_MARK = 64 };
const struct err *must_use db_archive_mark(struct db *db, const uint64_t *version_ids, size_t n);

/* Newest first; at most 20,000. */
const struct err *must_use db_archive_list(struct db *db, struct download_archive_day **ret,
					   size_t *ret_n);

extern const struct db_stmt *const db_download_archive_stmts[];
