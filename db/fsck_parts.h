/* What the files of db/fsck.h share: the shape of a rule. Nobody else includes it. */
#pragma once

#include "db/fsck.h"

#include <stddef.h>

/* Finds the rows that break a rule. Full scans, meant so. */
#define FIND(n, text)                                                                              \
	{                                                                                          \
		.name = "fsck_" n, .sql = text " LIMIT 1000", .scan_ok = true,                     \
		.out = { DB_COL(struct fsck_row, id),                                              \
			 DB_COL(struct fsck_row, name),                                            \
			 DB_COL(struct fsck_row, kept),                                            \
			 DB_COL(struct fsck_row, counted) }                                        \
	}

/* Sums of downloads (db/fsck_downloads.c). What a dump brought, and what went to the archive, is in sums and not in days: so
 * those of all time are at least what there is to see, those of 90 days exactly that. */
extern const struct db_stmt fsck_find_version_sums, fsck_find_crate_sums, fsck_find_recent_sums,
	fsck_find_dependent_sums, fsck_find_site_sum;
extern const struct db_stmt fsck_mend_version_sums, fsck_mend_crate_sum, fsck_mend_recent_sum,
	fsck_mend_dependent_sums, fsck_mend_site_sum;
