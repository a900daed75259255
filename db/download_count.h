/* Writing downloads down, by version and day (contract/jobs.md 7.2); what sums them up is db/download_sum.h. */
#pragma once

#include "app/registry/download_tally.h"
#include "db/db.h"
#include "db/log_position.h"

struct download_piece {
	const struct log_position *was, *to; /* of the log that they were read from */
	const struct download_count
		*v; /* by name, version and day, each once (download_tally_sorted) */
	size_t n;
	uint64_t ret_row;     /* of the position */
	uint64_t ret_unknown; /* downloads of what is not there: not counted */
};

/*
 * In one transaction: the position moves and the counts are added. Crates are known by the spelling that is stored. ERR_BUSY
 * where another has read on, or where it is not known whether all of it was written (db_commit_uncertain): the position says.
 */
const struct err *must_use db_downloads_count(struct db *db, struct download_piece *p);

extern const struct db_stmt *const db_download_count_stmts[];
