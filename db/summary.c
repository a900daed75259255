#include "db/summary.h"

struct counts_row {
	uint64_t num_downloads, num_crates;
};

static const struct db_stmt summary_counts = {
	.name = "summary_counts",
	.sql = "SELECT total_downloads AS num_downloads, num_crates FROM metadata WHERE id = 1",
	.out = { DB_COL(struct counts_row, num_downloads), DB_COL(struct counts_row, num_crates) },
};

struct place_row {
	int64_t list;
	uint64_t crate_id;
};

/* Each part is the end of an index. Crates that are only new stand between those that were updated, so the last part
 * looks at more of them than it shows, but at a bounded number. */
static const struct db_stmt summary_lists = {
	.name = "summary_lists",
	.sql = "(SELECT 0 AS list, id AS crate_id FROM crates"
	       "  ORDER BY created_us DESC, id DESC LIMIT 10)"
	       " UNION ALL (SELECT 1, crate_id FROM crate_downloads"
	       "  ORDER BY downloads DESC, crate_id DESC LIMIT 10)"
	       " UNION ALL (SELECT 2, crate_id FROM recent_crate_downloads"
	       "  WHERE downloads IS NOT NULL ORDER BY downloads DESC, crate_id DESC LIMIT 10)"
	       " UNION ALL (SELECT 3, u.id FROM (SELECT id, created_us, updated_us"
	       "  FROM crates FORCE INDEX (crates_updated)"
	       "  ORDER BY updated_us DESC, id DESC LIMIT 1000) u"
	       "  WHERE u.updated_us <> u.created_us"
	       "  ORDER BY u.updated_us DESC, u.id DESC LIMIT 10)",
	.out = { DB_COL(struct place_row, list), DB_COL(struct place_row, crate_id) },
	.scan_ok = true, /* of indexes, ten entries of each */
};

const struct err *db_summary(struct db *db, struct summary *ret)
{
	struct summary s = { 0 };
	struct counts_row counts;
	struct place_row *rows;
	size_t n;
	const struct err *e = db_one(db, &summary_counts, DB_NO_ARGS, &counts);

	if (!e)
		e = db_all(db, &summary_lists, DB_NO_ARGS, sizeof(*rows), &rows, &n);
	if (e)
		return e;
	s.num_downloads = counts.num_downloads;
	s.num_crates = counts.num_crates;
	for (size_t i = 0; i < n; i++) {
		int64_t list = rows[i].list;

		BUG_ON(list < 0 || list >= SUMMARY_LISTS || s.n[list] == SUMMARY_LENGTH);
		s.ids[list][s.n[list]++] = rows[i].crate_id;
	}
	*ret = s;
	return NULL;
}

/* Number by number, a walk along one narrow row a crate: for who asks twice a minute at most. */
static const struct db_stmt registry_counts = {
	.name = "registry_counts",
	.sql = "SELECT m.num_crates AS crates,"
	       "       CAST(COALESCE((SELECT SUM(num_versions) FROM default_versions), 0)"
	       "            AS UNSIGNED) AS versions"
	       "  FROM metadata m WHERE m.id = 1",
	.out = { DB_COL(struct registry_counts, crates), DB_COL(struct registry_counts, versions) },
	.scan_ok = true,
};

const struct err *db_registry_counts(struct db *db, struct registry_counts *ret)
{
	return db_one(db, &registry_counts, DB_NO_ARGS, ret);
}

const struct db_stmt *const db_summary_stmts[] = { &summary_counts, &summary_lists,
						   &registry_counts, NULL };
