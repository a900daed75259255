#include "db/summary.h"

/* What a row says: an id in one of the lists, or a figure. */
enum { NUM_DOWNLOADS = SUMMARY_LISTS, NUM_CRATES };

struct summary_row {
	int64_t list;
	uint64_t value;
};

/* Each part is the end of an index. Crates that are only new stand between those that were updated, so the last list
 * looks at more of them than it shows, but at a bounded number. */
static const struct db_stmt summary = {
	.name = "summary",
	.sql = "(SELECT 0 AS list, id AS value FROM crates"
	       "  ORDER BY created_us DESC, id DESC LIMIT 10)"
	       " UNION ALL (SELECT 1, crate_id FROM crate_downloads"
	       "  ORDER BY downloads DESC, crate_id DESC LIMIT 10)"
	       " UNION ALL (SELECT 2, crate_id FROM recent_crate_downloads"
	       "  WHERE downloads IS NOT NULL ORDER BY downloads DESC, crate_id DESC LIMIT 10)"
	       " UNION ALL (SELECT 3, u.id FROM (SELECT id, created_us, updated_us"
	       "  FROM crates FORCE INDEX (crates_updated)"
	       "  ORDER BY updated_us DESC, id DESC LIMIT 1000) u"
	       "  WHERE u.updated_us <> u.created_us"
	       "  ORDER BY u.updated_us DESC, u.id DESC LIMIT 10)"
	       " UNION ALL (SELECT 4, total_downloads FROM metadata WHERE id = 1)"
	       " UNION ALL (SELECT 5, num_crates FROM metadata WHERE id = 1)",
	.out = { DB_COL(struct summary_row, list), DB_COL(struct summary_row, value) },
	.scan_ok = true, /* of indexes, ten entries of each */
};

const struct err *db_summary(struct db *db, struct summary *ret)
{
	struct summary s = { 0 };
	struct summary_row *rows;
	size_t n;
	const struct err *e = db_all(db, &summary, DB_NO_ARGS, sizeof(*rows), &rows, &n);

	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		int64_t list = rows[i].list;

		if (list == NUM_DOWNLOADS) {
			s.num_downloads = rows[i].value;
		} else if (list == NUM_CRATES) {
			s.num_crates = rows[i].value;
		} else {
			BUG_ON(list < 0 || list >= SUMMARY_LISTS || s.n[list] == SUMMARY_LENGTH);
			s.ids[list][s.n[list]++] = rows[i].value;
		}
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

const struct db_stmt *const db_summary_stmts[] = { &summary, &registry_counts, NULL };
