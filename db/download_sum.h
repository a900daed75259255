/*
 * Summing up what was counted (contract/jobs.md 7.3): from version_downloads into the sums of versions, of crates, of the last
 * 90 days, of the site, and what lists of dependents are sorted by. Some crates at once, each time in one transaction, so all
 * sums of a crate change together; whatever was not reached is found again the next time.
 */
#pragma once

#include "db/db.h"

enum { DOWNLOAD_SUM_CRATES = 64, DOWNLOAD_SUM_LIST_MAX = 100000, RECENT_DAYS = 90 };

/* Crates behind that id that have downloads which are in no sum yet; at most DOWNLOAD_SUM_LIST_MAX, by id. */
const struct err *must_use db_downloads_waiting(struct db *db, uint64_t after, uint64_t **ret,
						size_t *ret_n);

/*
 * Crates behind that id whose last 90 days are others than they were summed up for, because a day passed: those with downloads on
 * the days that are 90 days ago by now. Of a site whose days are not known: all crates.
 */
const struct err *must_use db_downloads_grown_old(struct db *db, int64_t now_us, uint64_t after,
						  uint64_t **ret, size_t *ret_n);

/* The last 90 days are those up to now, of all crates. */
const struct err *must_use db_downloads_are_recent(struct db *db, int64_t now_us);

/* The sums of these crates, by id and at most DOWNLOAD_SUM_CRATES. Those that are gone are passed over. */
const struct err *must_use db_downloads_sum(struct db *db, const uint64_t *ids, size_t n,
					    int64_t now_us);

extern const struct db_stmt *const db_download_sum_stmts[];
