#include "db/fsck_parts.h"

#include "app/base/config.h"
#include "db/crate_order.h"
#include "db/dependency_count.h"
#include "db/reverse.h"
#include "db/tops.h"

/* Highest by (not yanked, release, precedence). */
#define BEST_VERSION(crate)                                                                        \
	"(SELECT b.id FROM versions b WHERE b.crate_id = " crate                                   \
	" ORDER BY b.yanked, b.prerelease, b.semver_ord DESC, b.id DESC LIMIT 1)"

/* The rows that reverse_dependencies should have. */
#define REVERSE_WANTED                                                                             \
	"SELECT d.crate_id AS target_crate_id, v.crate_id AS dependent_crate_id,"                  \
	"       v.id AS version_id, MIN(n.canon_name) AS dependent_name, " REVERSE_FACTS           \
	"  FROM default_versions dv"                                                               \
	"  JOIN versions v ON v.id = dv.version_id AND v.yanked = 0"                               \
	"  JOIN crates n ON n.id = v.crate_id"                                                     \
	"  JOIN dependencies d ON d.version_id = v.id AND d.crate_id IS NOT NULL"

static const struct db_stmt find_num_versions =
	FIND("num_versions",
	     "SELECT c.id, c.name, CAST(COALESCE(d.num_versions, 0) AS UNSIGNED) AS kept,"
	     "       CAST(COUNT(v.id) AS UNSIGNED) AS counted"
	     "  FROM crates c"
	     "  LEFT JOIN default_versions d ON d.crate_id = c.id"
	     "  LEFT JOIN versions v ON v.crate_id = c.id"
	     " GROUP BY c.id, c.name, d.num_versions"
	     " HAVING kept <> counted");

static const struct db_stmt find_default_version =
	FIND("default_version", "SELECT c.id, c.name, d.version_id AS kept,"
				"       CAST(COALESCE(" BEST_VERSION(
					"c.id") ", 0) AS UNSIGNED) AS counted"
						"  FROM crates c"
						"  JOIN default_versions d ON d.crate_id = c.id"
						" HAVING kept <> counted");

static const struct db_stmt find_tops =
	FIND("tops",
	     "SELECT c.id, c.name, CAST(0 AS UNSIGNED) AS kept,"
	     "       CAST(1 AS UNSIGNED) AS counted"
	     "  FROM default_versions d"
	     "  JOIN crates c ON c.id = d.crate_id"
	     "  JOIN versions v ON v.id = d.version_id"
	     " WHERE d.num <> v.num OR d.yanked <> v.yanked"
	     "    OR NOT d.max_num <=> " TOPS_MAX "    OR NOT d.max_stable_num <=> " TOPS_MAX_STABLE
	     "    OR NOT d.newest_num <=> " TOPS_NEWEST);

static const struct db_stmt find_reverse =
	FIND("reverse_dependencies",
	     "SELECT c.id, c.name, CAST(COALESCE(have.n, 0) AS UNSIGNED) AS kept,"
	     "       CAST(COALESCE(want.n, 0) AS UNSIGNED) AS counted"
	     "  FROM crates c"
	     "  LEFT JOIN (SELECT w.dependent_crate_id, COUNT(*) AS n, COUNT(r.version_id) AS same"
	     "               FROM (" REVERSE_WANTED
	     "                      GROUP BY d.crate_id, v.crate_id, v.id) w"
	     "               LEFT JOIN reverse_dependencies r"
	     "                 ON r.target_crate_id = w.target_crate_id"
	     "                AND r.dependent_crate_id = w.dependent_crate_id"
	     "                AND r.version_id = w.version_id"
	     "                AND r.dependency_id = w.dependency_id"
	     "                AND r.kinds = w.kinds AND r.optional = w.optional"
	     "                AND r.req_range = w.req_range"
	     "                AND r.dependent_name = w.dependent_name"
	     "              GROUP BY w.dependent_crate_id) want"
	     "    ON want.dependent_crate_id = c.id"
	     "  LEFT JOIN (SELECT dependent_crate_id, COUNT(*) AS n"
	     "               FROM reverse_dependencies"
	     "              GROUP BY dependent_crate_id) have"
	     "    ON have.dependent_crate_id = c.id"
	     " WHERE COALESCE(have.n, 0) <> COALESCE(want.n, 0)"
	     "    OR COALESCE(want.same, 0) <> COALESCE(want.n, 0)");

static const struct db_stmt find_dependents =
	FIND("dependents", "SELECT c.id, c.name, CAST(COALESCE(d.n, 0) AS UNSIGNED) AS kept,"
			   "       CAST(COUNT(r.dependent_crate_id) AS UNSIGNED) AS counted"
			   "  FROM crates c"
			   "  LEFT JOIN dependents d ON d.crate_id = c.id"
			   "  LEFT JOIN reverse_dependencies r ON r.target_crate_id = c.id"
			   /* a job keeps this figure: while one waits, it lags and is not wrong */
			   " WHERE NOT EXISTS (SELECT 1 FROM background_jobs j"
			   "                    WHERE j.job_type = 'update_dependents')"
			   " GROUP BY c.id, c.name, d.n"
			   " HAVING kept <> counted");

static const struct db_stmt find_declared = FIND(
	"declared", "SELECT c.id, c.name, " DECLARED_SQL(
			    "c.id") " AS kept,"
				    "       CAST(COALESCE(d.n, 0) AS UNSIGNED) AS counted"
				    "  FROM crates c"
				    "  LEFT JOIN dependents k ON k.crate_id = c.id"
				    "  LEFT JOIN (SELECT crate_id, COUNT(*) AS n FROM dependencies"
				    "              WHERE crate_id IS NOT NULL GROUP BY crate_id) d"
				    "    ON d.crate_id = c.id"
				    " HAVING kept <> counted");

static const struct db_stmt find_keywords =
	FIND("keyword_crates", "SELECT k.id, k.keyword AS name, k.crates_cnt AS kept,"
			       "       CAST(COUNT(x.crate_id) AS UNSIGNED) AS counted"
			       "  FROM keywords k"
			       "  LEFT JOIN crates_keywords x ON x.keyword_id = k.id"
			       " GROUP BY k.id, k.keyword, k.crates_cnt"
			       " HAVING kept <> counted");

static const struct db_stmt find_categories =
	FIND("category_crates", "SELECT k.id, k.slug AS name, k.crates_cnt AS kept,"
				"       CAST(COUNT(x.crate_id) AS UNSIGNED) AS counted"
				"  FROM categories k"
				"  LEFT JOIN crates_categories x ON x.category_id = k.id"
				" GROUP BY k.id, k.slug, k.crates_cnt"
				" HAVING kept <> counted");

static const struct db_stmt find_num_crates =
	FIND("num_crates",
	     "SELECT CAST(m.id AS UNSIGNED) AS id, 'all' AS name, m.num_crates AS kept,"
	     "       CAST(COALESCE((SELECT COUNT(*) FROM crates), 0) AS UNSIGNED) AS counted"
	     "  FROM metadata m"
	     " HAVING kept <> counted");

static const struct db_stmt find_downloads =
	FIND("crate_downloads", "SELECT c.id, c.name, CAST(0 AS UNSIGNED) AS kept,"
				"       CAST(1 AS UNSIGNED) AS counted"
				"  FROM crates c"
				"  LEFT JOIN crate_downloads d ON d.crate_id = c.id"
				" WHERE d.crate_id IS NULL");

static const struct db_stmt find_recent =
	FIND("recent_downloads", "SELECT c.id, c.name, CAST(0 AS UNSIGNED) AS kept,"
				 "       CAST(1 AS UNSIGNED) AS counted"
				 "  FROM crates c"
				 "  LEFT JOIN recent_crate_downloads d ON d.crate_id = c.id"
				 " WHERE d.crate_id IS NULL");

static const struct db_stmt find_index_rows =
	FIND("index_rows", "SELECT c.id, c.name, CAST(0 AS UNSIGNED) AS kept,"
			   "       CAST(1 AS UNSIGNED) AS counted"
			   "  FROM crates c"
			   "  LEFT JOIN crate_index i ON i.canon_name = c.canon_name"
			   " WHERE i.name IS NULL OR i.name <> c.name");

#define ALL_YANKED                                                                                 \
	"EXISTS (SELECT 1 FROM default_versions d WHERE d.crate_id = c.id AND d.yanked = 1)"

static const struct db_stmt find_yanked =
	FIND("yanked", "SELECT c.id, c.name,"
		       "       CAST(EXISTS (SELECT 1 FROM yanked_crates y"
		       "                     WHERE y.crate_id = c.id) AS UNSIGNED) AS kept,"
		       "       CAST(" ALL_YANKED " AS UNSIGNED) AS counted"
		       "  FROM crates c HAVING kept <> counted");

static const struct db_stmt find_owners =
	FIND("owners", "SELECT c.id, c.name, o.owner_id AS kept, CAST(0 AS UNSIGNED) AS counted"
		       "  FROM crate_owners o"
		       "  JOIN crates c ON c.id = o.crate_id"
		       "  LEFT JOIN users u ON u.id = o.owner_id AND o.owner_kind = 0"
		       "  LEFT JOIN teams t ON t.id = o.owner_id AND o.owner_kind = 1"
		       " WHERE u.id IS NULL AND t.id IS NULL");

static const struct {
	const char *text;
	const struct db_stmt *find;
} rules[FSCK_RULES] = {
	[FSCK_NUM_VERSIONS] = { "number of versions of crate", &find_num_versions },
	[FSCK_DEFAULT_VERSION] = { "default version (id) of crate", &find_default_version },
	[FSCK_TOPS] = { "highest and newest version of crate", &find_tops },
	[FSCK_REVERSE_DEPENDENCIES] = { "reverse dependencies written by crate", &find_reverse },
	[FSCK_DEPENDENTS] = { "number of dependents of crate", &find_dependents },
	[FSCK_DECLARED] = { "number of dependencies on crate", &find_declared },
	[FSCK_KEYWORD_CRATES] = { "number of crates of keyword", &find_keywords },
	[FSCK_CATEGORY_CRATES] = { "number of crates of category", &find_categories },
	[FSCK_NUM_CRATES] = { "number of crates", &find_num_crates },
	[FSCK_CRATE_DOWNLOADS] = { "row of downloads of crate", &find_downloads },
	[FSCK_RECENT_DOWNLOADS] = { "row of recent downloads of crate", &find_recent },
	[FSCK_INDEX_ROWS] = { "row of the index of crate", &find_index_rows },
	[FSCK_OWNERS] = { "owner (id) that is nobody, of crate", &find_owners },
	[FSCK_YANKED] = { "whether all is yanked of crate", &find_yanked },
	[FSCK_VERSION_SUMS] = { "downloads of a version of crate", &fsck_find_version_sums },
	[FSCK_CRATE_SUMS] = { "downloads of crate", &fsck_find_crate_sums },
	[FSCK_RECENT_SUMS] = { "recent downloads of crate", &fsck_find_recent_sums },
	[FSCK_DEPENDENT_SUMS] = { "downloads among dependents of crate",
				  &fsck_find_dependent_sums },
	[FSCK_SITE_SUM] = { "downloads", &fsck_find_site_sum },
};

const char *fsck_rule_text(enum fsck_rule rule)
{
	BUG_ON((size_t)rule >= ARRAY_SIZE(rules));
	return rules[rule].text;
}

const struct err *db_fsck_find(struct db *db, enum fsck_rule rule, struct fsck_row **ret,
			       size_t *ret_n)
{
	BUG_ON((size_t)rule >= ARRAY_SIZE(rules));
	if (rule >= FSCK_VERSION_SUMS && text_eq(db_config(db)->downloads.count, TEXT("off"))) {
		*ret_n = 0;
		return NULL;
	}
	return db_all(db, rules[rule].find, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

/* ---- mending */

struct id_row {
	uint64_t id;
};

static const struct db_stmt lock_crate = {
	.name = "fsck_lock_crate",
	.sql = "SELECT id FROM crates WHERE id = ? FOR UPDATE",
	.in = { DB_U64 },
	.out = { DB_COL(struct id_row, id) },
};

/* A crate without versions has no row; one with versions has the best of them in it. */
static const struct db_stmt drop_default = {
	.name = "fsck_drop_default",
	.sql = "DELETE FROM default_versions WHERE crate_id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt add_default = {
	.name = "fsck_add_default",
	.sql = "INSERT INTO default_versions (crate_id, version_id, num_versions, " TOPS_COLS ")"
	       " SELECT c.id, v.id,"
	       "        (SELECT COUNT(*) FROM versions n WHERE n.crate_id = c.id), " TOPS_FACTS
	       "   FROM crates c JOIN versions v ON v.id = " BEST_VERSION("c.id") " WHERE c.id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt drop_reverse = {
	.name = "fsck_drop_reverse",
	.sql = "DELETE FROM reverse_dependencies WHERE dependent_crate_id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt add_reverse = {
	.name = "fsck_add_reverse",
	.sql = "INSERT INTO reverse_dependencies (" REVERSE_COLS ")"
	       " SELECT w.target_crate_id, w.dependent_crate_id, w.version_id, w.dependency_id,"
	       "        w.kinds, w.optional, w.req_range, w.dependent_name,"
	       "        COALESCE(cd.downloads, 0)"
	       "   FROM (" REVERSE_WANTED "          WHERE dv.crate_id = ?"
	       "          GROUP BY d.crate_id, v.crate_id, v.id) w"
	       "   LEFT JOIN crate_downloads cd ON cd.crate_id = w.dependent_crate_id",
	.in = { DB_U64 },
};

static const struct db_stmt mend_dependents = {
	.name = "fsck_mend_dependents",
	.sql = "INSERT INTO dependents (crate_id, n)"
	       " SELECT c.id, (SELECT COUNT(*) FROM reverse_dependencies r"
	       "                WHERE r.target_crate_id = c.id)"
	       "   FROM crates c WHERE c.id = ?"
	       " ON DUPLICATE KEY UPDATE n = VALUES(n)",
	.in = { DB_U64 },
};

/* Also the lock of the counter: who adds to it meanwhile does so behind what is counted. */
static const struct db_stmt no_declared = {
	.name = "fsck_no_declared",
	.sql = "UPDATE dependents SET declared = 0 WHERE crate_id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt mend_declared = {
	.name = "fsck_mend_declared",
	.sql = "INSERT INTO dependents (crate_id, n, declared)"
	       " SELECT c.id, 0, " DECLARED_WANTED_SQL(
		       "c.id") "   FROM crates c WHERE c.id = ?"
			       " ON DUPLICATE KEY UPDATE declared = VALUES(declared)",
	.in = { DB_U64 },
};

static const struct db_stmt mend_keyword = {
	.name = "fsck_mend_keyword",
	.sql = "UPDATE keywords k"
	       "   SET k.crates_cnt = (SELECT COUNT(*) FROM crates_keywords x"
	       "                        WHERE x.keyword_id = k.id)"
	       " WHERE k.id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt mend_category = {
	.name = "fsck_mend_category",
	.sql = "UPDATE categories k"
	       "   SET k.crates_cnt = (SELECT COUNT(*) FROM crates_categories x"
	       "                        WHERE x.category_id = k.id)"
	       " WHERE k.id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt mend_num_crates = {
	.name = "fsck_mend_num_crates",
	.sql = "UPDATE metadata SET num_crates = (SELECT COUNT(*) FROM crates) WHERE id = 1",
};

static const struct db_stmt mend_downloads = {
	.name = "fsck_mend_downloads",
	.sql = "INSERT INTO crate_downloads (crate_id, downloads)"
	       " SELECT v.crate_id, SUM(v.downloads)"
	       "   FROM versions v WHERE v.crate_id = ? GROUP BY v.crate_id",
	.in = { DB_U64 },
};

static const struct db_stmt mend_recent = {
	.name = "fsck_mend_recent",
	.sql = "INSERT INTO recent_crate_downloads (crate_id) VALUES (?)",
	.in = { DB_U64 },
};

static const struct db_stmt mend_index_row = {
	.name = "fsck_mend_index_row",
	.sql = "INSERT INTO crate_index (canon_name, name, index_gen, index_stamp)"
	       " SELECT c.canon_name, c.name, 1, UNIX_TIMESTAMP()"
	       "   FROM crates c WHERE c.id = ?"
	       " ON DUPLICATE KEY UPDATE name = VALUES(name), index_gen = index_gen + 1,"
	       "                         index_stamp = GREATEST(VALUES(index_stamp), index_stamp + "
	       "1)",
	.in = { DB_U64 },
};

static const struct db_stmt drop_yanked = {
	.name = "fsck_drop_yanked",
	.sql = "DELETE FROM yanked_crates WHERE crate_id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt add_yanked = {
	.name = "fsck_add_yanked",
	.sql = "INSERT INTO yanked_crates (crate_id)"
	       " SELECT c.id FROM crates c WHERE c.id = ? AND " ALL_YANKED,
	.in = { DB_U64 },
};

struct mending {
	const struct db_stmt *first, *second;
	uint64_t id;
	bool of_crate;
	unsigned orders; /* of all crates: db/crate_order.h */
};

static const struct err *mend(struct db *db, void *ctx)
{
	const struct mending *m = ctx;
	const struct err *e = NULL;
	struct id_row row;
	bool found = true;

	if (m->of_crate)
		e = db_maybe(db, &lock_crate, DB_ARGS(db_u64(m->id)), &row, &found);
	if (e || !found)
		return e;
	e = db_exec(db, m->first, m->first->in[0] ? DB_ARGS(db_u64(m->id)) : DB_NO_ARGS, NULL);
	if (!e && m->second)
		e = db_exec(db, m->second, DB_ARGS(db_u64(m->id)), NULL);
	if (!e && m->orders)
		e = db_crate_orders_changed(db, m->orders);
	return e;
}

const struct err *db_fsck_mend(struct db *db, enum fsck_rule rule, const struct fsck_row *row)
{
	static const struct mending how[FSCK_RULES] = {
		[FSCK_NUM_VERSIONS] = { &drop_default, &add_default, 0, true },
		[FSCK_DEFAULT_VERSION] = { &drop_default, &add_default, 0, true },
		[FSCK_TOPS] = { &drop_default, &add_default, 0, true },
		[FSCK_REVERSE_DEPENDENCIES] = { &drop_reverse, &add_reverse, 0, true },
		[FSCK_DEPENDENTS] = { &mend_dependents, NULL, 0, true },
		[FSCK_DECLARED] = { &no_declared, &mend_declared, 0, true },
		[FSCK_KEYWORD_CRATES] = { &mend_keyword, NULL, 0, false },
		[FSCK_CATEGORY_CRATES] = { &mend_category, NULL, 0, false },
		[FSCK_NUM_CRATES] = { &mend_num_crates, NULL, 0, false },
		[FSCK_CRATE_DOWNLOADS] = { &mend_downloads, NULL, 0, true,
					   CRATE_ORDERS_OF_DOWNLOADS },
		[FSCK_RECENT_DOWNLOADS] = { &mend_recent, NULL, 0, true,
					    CRATE_ORDERS_OF_DOWNLOADS },
		[FSCK_INDEX_ROWS] = { &mend_index_row, NULL, 0, true },
		[FSCK_YANKED] = { &drop_yanked, &add_yanked, 0, true },
		[FSCK_VERSION_SUMS] = { &fsck_mend_version_sums, NULL, 0, true },
		[FSCK_CRATE_SUMS] = { &fsck_mend_crate_sum, NULL, 0, true,
				      CRATE_ORDERS_OF_DOWNLOADS },
		[FSCK_RECENT_SUMS] = { &fsck_mend_recent_sum, NULL, 0, true,
				       CRATE_ORDERS_OF_DOWNLOADS },
		[FSCK_DEPENDENT_SUMS] = { &fsck_mend_dependent_sums, NULL, 0, true },
		[FSCK_SITE_SUM] = { &fsck_mend_site_sum, NULL, 0, false },
	};
	struct mending m;

	BUG_ON((size_t)rule >= ARRAY_SIZE(how));
	m = how[rule];
	m.id = row->id;
	if (!m.first)
		return err_new(db_arena(db), ERR_INVALID, "a person must decide");
	return db_tx(db, mend, &m);
}

/* ---- does a file belong to anything */

static const struct db_stmt blob_named = {
	.name = "fsck_blob_named",
	.sql = "SELECT id FROM versions WHERE tar_sha256 = ? LIMIT 1",
	.in = { DB_SHA256 },
	.out = { DB_COL(struct id_row, id) },
};

static const struct db_stmt version_exists = {
	.name = "fsck_version_exists",
	.sql = "SELECT v.id"
	       "  FROM crates c"
	       "  JOIN versions v ON v.crate_id = c.id AND v.num = ?"
	       " WHERE c.name = ?",
	.in = { DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct id_row, id) },
};

const struct err *db_fsck_blob_named(struct db *db, const struct sha256 *sha, bool *ret)
{
	struct id_row row;

	return db_maybe(db, &blob_named, DB_ARGS(db_sha(sha)), &row, ret);
}

const struct err *db_fsck_version_exists(struct db *db, struct text name, struct text version,
					 bool *ret)
{
	struct id_row row;

	return db_maybe(db, &version_exists, DB_ARGS(db_text(version), db_text(name)), &row, ret);
}

const struct db_stmt *const db_fsck_stmts[] = { &find_num_versions,
						&find_default_version,
						&find_tops,
						&find_reverse,
						&find_dependents,
						&find_declared,
						&no_declared,
						&mend_declared,
						&find_keywords,
						&find_categories,
						&find_num_crates,
						&find_downloads,
						&find_recent,
						&find_index_rows,
						&find_owners,
						&find_yanked,
						&drop_yanked,
						&add_yanked,
						&lock_crate,
						&drop_default,
						&add_default,
						&drop_reverse,
						&add_reverse,
						&mend_dependents,
						&mend_keyword,
						&mend_category,
						&mend_num_crates,
						&mend_downloads,
						&mend_recent,
						&mend_index_row,
						&blob_named,
						&version_exists,
						&fsck_find_version_sums,
						&fsck_find_crate_sums,
						&fsck_find_recent_sums,
						&fsck_find_dependent_sums,
						&fsck_find_site_sum,
						&fsck_mend_version_sums,
						&fsck_mend_crate_sum,
						&fsck_mend_recent_sum,
						&fsck_mend_dependent_sums,
						&fsck_mend_site_sum,
						NULL };
