#include "db/download_view.h"

struct latest_row {
	uint64_t id;
	struct text num;
};

#define DAY_SQL "CAST(d.date AS CHAR CHARACTER SET ascii) AS date"
#define DAY_COLS                                                                                   \
	{                                                                                          \
		DB_COL(struct day_downloads, version_id), DB_COL(struct day_downloads, date),      \
			DB_COL(struct day_downloads, downloads)                                    \
	}

static const struct db_stmt latest_versions = {
	.name = "download_latest_versions",
	.sql = "SELECT id, num FROM versions WHERE crate_id = ? ORDER BY semver_ord DESC, id DESC "
	       "LIMIT "
	       "5",
	.in = { DB_U64 },
	.out = { DB_COL(struct latest_row, id), DB_COL(struct latest_row, num) },
};

/* Places that are not used hold 0, which no version has. */
static const struct db_stmt of_versions = {
	.name = "download_of_versions",
	.sql = "SELECT d.version_id, " DAY_SQL ", d.downloads FROM version_downloads d"
	       " WHERE d.version_id IN (?, ?, ?, ?, ?) AND d.date >= ?"
	       " ORDER BY d.date, d.version_id DESC LIMIT 1000",
	.in = { DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, DB_TEXT },
	.out = DAY_COLS,
};

static const struct db_stmt of_others = {
	.name = "download_of_others",
	.sql = "SELECT CAST(0 AS UNSIGNED) AS version_id, " DAY_SQL
	       ", CAST(COALESCE(SUM(d.downloads), 0) AS UNSIGNED) AS downloads"
	       "  FROM versions v JOIN version_downloads d ON d.version_id = v.id"
	       " WHERE v.crate_id = ? AND v.id NOT IN (?, ?, ?, ?, ?) AND d.date >= ?"
	       " GROUP BY d.date ORDER BY d.date LIMIT 1000",
	.in = { DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, DB_TEXT },
	.out = DAY_COLS,
};

#define SUMMED_SQL                                                                                 \
	"CAST(MIN(d.date) AS CHAR CHARACTER SET ascii) AS date,"                                   \
	" CAST(COALESCE(SUM(d.downloads), 0) AS UNSIGNED) AS downloads"

static const struct db_stmt summed = {
	.name = "download_summed",
	.sql = "SELECT d.version_id, " SUMMED_SQL " FROM version_downloads d"
	       " WHERE d.version_id IN (?, ?, ?, ?, ?) AND d.date >= ?"
	       " GROUP BY d.version_id, FLOOR(DATEDIFF(d.date, ?) / ?) LIMIT 1000",
	.in = { DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, DB_TEXT, DB_TEXT, DB_U64 },
	.out = DAY_COLS,
};

static const struct db_stmt others_summed = {
	.name = "download_of_others_summed",
	.sql = "SELECT CAST(0 AS UNSIGNED) AS version_id, " SUMMED_SQL
	       "  FROM versions v JOIN version_downloads d ON d.version_id = v.id"
	       " WHERE v.crate_id = ? AND v.id NOT IN (?, ?, ?, ?, ?) AND d.date >= ?"
	       " GROUP BY FLOOR(DATEDIFF(d.date, ?) / ?) LIMIT 1000",
	.in = { DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, DB_U64, DB_TEXT, DB_TEXT, DB_U64 },
	.out = DAY_COLS,
};

static const struct db_stmt each_version = {
	.name = "download_each_version",
	.sql = "SELECT v.num, v.prerelease, " SUMMED_SQL
	       "  FROM versions v JOIN version_downloads d ON d.version_id = v.id"
	       " WHERE v.crate_id = ? AND d.date >= ?"
	       " GROUP BY v.id, FLOOR(DATEDIFF(d.date, ?) / ?) LIMIT 1000000",
	.in = { DB_U64, DB_TEXT, DB_TEXT, DB_U64 },
	.out = { DB_COL(struct version_downloads, num),
		 DB_COL(struct version_downloads, prerelease),
		 DB_COL(struct version_downloads, date),
		 DB_COL(struct version_downloads, downloads) },
};

static const struct db_stmt top_versions = {
	.name = "download_top_versions",
	.sql = "SELECT num, downloads FROM versions WHERE crate_id = ?"
	       " ORDER BY downloads DESC, id DESC LIMIT 10",
	.in = { DB_U64 },
	.out = { DB_COL(struct version_total, num), DB_COL(struct version_total, downloads) },
};

static const struct db_stmt of_version = {
	.name = "download_of_version",
	.sql = "SELECT d.version_id, " DAY_SQL ", d.downloads FROM version_downloads d"
	       " WHERE d.version_id = ? AND d.date BETWEEN ? AND ? ORDER BY d.date LIMIT 1000",
	.in = { DB_U64, DB_TEXT, DB_TEXT },
	.out = DAY_COLS,
};

const struct err *db_latest_versions(struct db *db, uint64_t crate_id,
				     uint64_t ids[LATEST_VERSIONS],
				     struct text nums[LATEST_VERSIONS], size_t *ret_n)
{
	struct latest_row *rows;
	const struct err *e = db_all(db, &latest_versions, DB_ARGS(db_u64(crate_id)), sizeof(*rows),
				     &rows, ret_n);

	for (size_t i = 0; !e && i < *ret_n; i++) {
		ids[i] = rows[i].id;
		if (nums)
			nums[i] = rows[i].num;
	}
	return e;
}

static struct db_val place(const uint64_t *ids, size_t n, size_t i)
{
	BUG_ON(n > LATEST_VERSIONS);
	return db_u64(i < n ? ids[i] : 0);
}

const struct err *db_downloads_of_versions(struct db *db, const uint64_t *ids, size_t n,
					   struct text from, struct day_downloads **ret,
					   size_t *ret_n)
{
	return db_all(db, &of_versions,
		      DB_ARGS(place(ids, n, 0), place(ids, n, 1), place(ids, n, 2),
			      place(ids, n, 3), place(ids, n, 4), db_text(from)),
		      sizeof(**ret), ret, ret_n);
}

const struct err *db_downloads_of_others(struct db *db, uint64_t crate_id, const uint64_t *ids,
					 size_t n, struct text from, struct day_downloads **ret,
					 size_t *ret_n)
{
	return db_all(db, &of_others,
		      DB_ARGS(db_u64(crate_id), place(ids, n, 0), place(ids, n, 1),
			      place(ids, n, 2), place(ids, n, 3), place(ids, n, 4), db_text(from)),
		      sizeof(**ret), ret, ret_n);
}

const struct err *db_downloads_summed(struct db *db, const uint64_t *ids, size_t n,
				      struct download_window w, struct day_downloads **ret,
				      size_t *ret_n)
{
	return db_all(db, &summed,
		      DB_ARGS(place(ids, n, 0), place(ids, n, 1), place(ids, n, 2),
			      place(ids, n, 3), place(ids, n, 4), db_text(w.from), db_text(w.from),
			      db_u64(w.days)),
		      sizeof(**ret), ret, ret_n);
}

const struct err *db_downloads_of_others_summed(struct db *db, uint64_t crate_id,
						const uint64_t *ids, size_t n,
						struct download_window w,
						struct day_downloads **ret, size_t *ret_n)
{
	return db_all(db, &others_summed,
		      DB_ARGS(db_u64(crate_id), place(ids, n, 0), place(ids, n, 1),
			      place(ids, n, 2), place(ids, n, 3), place(ids, n, 4), db_text(w.from),
			      db_text(w.from), db_u64(w.days)),
		      sizeof(**ret), ret, ret_n);
}

const struct err *db_downloads_each_version(struct db *db, uint64_t crate_id,
					    struct download_window w,
					    const struct err *(*fn)(void *ctx, const void *row),
					    void *ctx)
{
	struct version_downloads row;

	return db_each(db, &each_version,
		       DB_ARGS(db_u64(crate_id), db_text(w.from), db_text(w.from), db_u64(w.days)),
		       &row, fn, ctx);
}

const struct err *db_downloads_top_versions(struct db *db, uint64_t crate_id,
					    struct version_total **ret, size_t *ret_n)
{
	return db_all(db, &top_versions, DB_ARGS(db_u64(crate_id)), sizeof(**ret), ret, ret_n);
}

const struct err *db_downloads_of_version(struct db *db, uint64_t version_id, struct text from,
					  struct text to, struct day_downloads **ret, size_t *ret_n)
{
	return db_all(db, &of_version, DB_ARGS(db_u64(version_id), db_text(from), db_text(to)),
		      sizeof(**ret), ret, ret_n);
}

const struct db_stmt *const db_download_view_stmts[] = {
	&latest_versions, &of_versions,  &of_others,  &summed, &others_summed,
	&each_version,    &top_versions, &of_version, NULL
};
