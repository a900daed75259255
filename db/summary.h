/* What the front page shows (contract/api.md 28). */
#pragma once

#include "db/crate_view.h"

enum summary_list {
	SUMMARY_NEW,
	SUMMARY_DOWNLOADED,
	SUMMARY_RECENTLY_DOWNLOADED,
	SUMMARY_UPDATED,
	SUMMARY_LISTS
};

enum { SUMMARY_LENGTH = 10 };

struct summary {
	uint64_t num_downloads, num_crates;
	uint64_t ids[SUMMARY_LISTS][SUMMARY_LENGTH]; /* of crates, in the order of the list */
	size_t n[SUMMARY_LISTS];
};

/* One query. A crate that was never updated is not in SUMMARY_UPDATED. */
const struct err *must_use db_summary(struct db *db, struct summary *ret);

struct registry_counts {
	uint64_t crates, versions;
};
/* How much there is in all; yanked versions too. */
const struct err *must_use db_registry_counts(struct db *db, struct registry_counts *ret);

extern const struct db_stmt *const db_summary_stmts[];
