/*
 * What fsck asks the database: kept counters and derived rows against what they are counted from,
 * and whether a file belongs to anything. Full scans, meant so.
 */
#pragma once

#include "db/db.h"

/* One kept figure, or one derived row, that is not what its source says. */
struct fsck_row {
	uint64_t id;      /* of the crate, keyword, category, ... */
	struct text name; /* of the same, for the message */
	uint64_t kept, counted;
};

/* A rule: what it is about, and how many rows break it at most in one reading. */
enum { FSCK_ROWS_MAX = 1000 };
enum fsck_rule {
	FSCK_NUM_VERSIONS,    /* default_versions.num_versions; also crates without such a row */
	FSCK_DEFAULT_VERSION, /* default_versions.version_id: contract/publish.md 17.1 */
	FSCK_TOPS,            /* what default_versions keeps of the versions: db/tops.h */
	FSCK_REVERSE_DEPENDENCIES, /* rows of a dependent crate, counted against those there should
				      be */
	FSCK_DEPENDENTS,           /* dependents.n */
	FSCK_DECLARED,         /* dependents.declared, with what is noted: db/dependency_count.h */
	FSCK_KEYWORD_CRATES,   /* keywords.crates_cnt */
	FSCK_CATEGORY_CRATES,  /* categories.crates_cnt */
	FSCK_NUM_CRATES,       /* metadata.num_crates */
	FSCK_CRATE_DOWNLOADS,  /* crates without a row in crate_downloads */
	FSCK_RECENT_DOWNLOADS, /* crates without a row in recent_crate_downloads */
	FSCK_INDEX_ROWS, /* crates without a row in crate_index, or with another spelling there */
	FSCK_OWNERS,     /* owners that are neither user nor team */
	FSCK_YANKED,     /* yanked_crates: those whose default version is yanked */
	/* These where downloads are counted (downloads.count) alone: */
	FSCK_VERSION_SUMS,   /* versions.downloads: less than the days that were summed up */
	FSCK_CRATE_SUMS,     /* crate_downloads: less than its versions */
	FSCK_RECENT_SUMS,    /* recent_crate_downloads: not its last 90 days */
	FSCK_DEPENDENT_SUMS, /* reverse_dependencies.dependent_downloads: not crate_downloads */
	FSCK_SITE_SUM,       /* metadata.total_downloads: less than the crates' */
	FSCK_RULES
};

const char *fsck_rule_text(enum fsck_rule rule); /* "versions counted for crate", ... */

/* The rows that break the rule, at most FSCK_ROWS_MAX. */
const struct err *must_use db_fsck_find(struct db *db, enum fsck_rule rule, struct fsck_row **ret,
					size_t *ret_n);

/* Mends one of them, in a transaction of its own that locks the crate first. ERR_INVALID: not to be
 * mended by a machine. */
const struct err *must_use db_fsck_mend(struct db *db, enum fsck_rule rule,
					const struct fsck_row *row);

/* Whether any version's bytes are these. */
const struct err *must_use db_fsck_blob_named(struct db *db, const struct sha256 *sha, bool *ret);

/* Whether that crate (by its exact stored name) has that version. */
const struct err *must_use db_fsck_version_exists(struct db *db, struct text name,
						  struct text version, bool *ret);

extern const struct db_stmt *const db_fsck_stmts[];
