/* A crate as its JSON object shows it (contract/api.md 7.1), and the lists that `include` adds. */
#pragma once

#include "db/db.h"

/* The highest and the newest of the versions that are not yanked; absent where there is none. */
struct crate_tops {
	struct text max_version, max_stable_version, newest_version;
};

struct crate_view {
	uint64_t id;
	struct text name;
	int64_t created_us, updated_us;
	struct text description, homepage, documentation, repository;
	bool trustpub_only;
	uint64_t downloads;
	struct opt_u64 recent_downloads; /* of the last 90 days; not set: no figure yet */
	struct opt_u64 num_versions;     /* these four not set, or absent: no version */
	struct opt_u64 default_version_id;
	struct text default_version;
	struct opt_u64 default_yanked;
	struct crate_tops tops;
};

struct keyword_view {
	struct text keyword;
	int64_t created_us;
	uint64_t crates_cnt;
};

struct category_view {
	struct text category, slug,
		description; /* category: the whole stored name, with its "::" */
	int64_t created_us;
	uint64_t crates_cnt;
};

/* name in any spelling. ERR_NOT_FOUND in the reference's words, with the name as given. */
const struct err *must_use db_crate_view(struct db *db, struct text name, struct crate_view *ret);

/*
 * The same, and a stamp that is another one after each change of what answers show of the crate: its row, versions,
 * dependencies, owners, keywords and categories with their counts, downloads in sum and by day, and the people it names; not
 * of its dependents. For that whoever writes what is neither in the row nor in the index counts crates.data_gen up, in the
 * same transaction: line counts, and version_downloads unless index_gen or crate_downloads change with them. One query.
 */
const struct err *must_use db_crate_stamped(struct db *db, struct text name, struct crate_view *ret,
					    struct text *ret_stamp);

/* At most 5 by the rules of publish, 100 at all; in the order of the manifest. */
const struct err *must_use db_crate_keywords(struct db *db, uint64_t crate_id,
					     struct keyword_view **ret, size_t *ret_n);

/* Both in one query: keywords in the order of the manifest, categories by slug. */
struct crate_topics {
	struct keyword_view *keywords;
	size_t nkeywords;
	struct category_view *categories;
	size_t ncategories;
};
const struct err *must_use db_crate_topics(struct db *db, uint64_t crate_id,
					   struct crate_topics *ret);

enum { CRATE_IDS_MAX = 100 };

/* Those of these ids that are there, in no order; n is at most CRATE_IDS_MAX. One query. */
const struct err *must_use db_crate_views(struct db *db, const uint64_t *ids, size_t n,
					  struct crate_view **ret, size_t *ret_n);

/* The row of that id, or NULL. */
const struct crate_view *crate_view_find(const struct crate_view *v, size_t n, uint64_t id);

/* clang-format off */

/* Columns and joins for other queries that bring a crate along. */
#define CRATE_VIEW_SQL \
	"c.id, c.name, c.created_us, c.updated_us, c.description, c.homepage, c.documentation, c.repository," \
	" c.trustpub_only, d.downloads, r.downloads AS recent_downloads, n.num_versions," \
	" n.version_id AS default_version_id, n.num AS default_version, n.yanked AS default_yanked," \
	" n.max_num AS max_version, n.max_stable_num AS max_stable_version, n.newest_num AS newest_version"
#define CRATE_VIEW_FROM \
	" FROM crates c" \
	" JOIN crate_downloads d ON d.crate_id = c.id" \
	" LEFT JOIN recent_crate_downloads r ON r.crate_id = c.id" \
	" LEFT JOIN default_versions n ON n.crate_id = c.id"
/* member: where the crate_view stands in the row, "crate." or nothing. */
#define CRATE_VIEW_COLS(row, member) \
	DB_COL_AS(row, member id, "id"), DB_COL_AS(row, member name, "name"), \
	DB_COL_AS(row, member created_us, "created_us"), DB_COL_AS(row, member updated_us, "updated_us"), \
	DB_COL_AS(row, member description, "description"), DB_COL_AS(row, member homepage, "homepage"), \
	DB_COL_AS(row, member documentation, "documentation"), DB_COL_AS(row, member repository, "repository"), \
	DB_COL_AS(row, member trustpub_only, "trustpub_only"), DB_COL_AS(row, member downloads, "downloads"), \
	DB_COL_AS(row, member recent_downloads, "recent_downloads"), \
	DB_COL_AS(row, member num_versions, "num_versions"), \
	DB_COL_AS(row, member default_version_id, "default_version_id"), \
	DB_COL_AS(row, member default_version, "default_version"), \
	DB_COL_AS(row, member default_yanked, "default_yanked"), \
	DB_COL_AS(row, member tops.max_version, "max_version"), \
	DB_COL_AS(row, member tops.max_stable_version, "max_stable_version"), \
	DB_COL_AS(row, member tops.newest_version, "newest_version")
/* clang-format on */

extern const struct db_stmt *const db_crate_view_stmts[];
