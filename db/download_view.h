/* Downloads by day, as the statistics of a crate and of a version show them (contract/api.md 15). */
#pragma once

#include "db/version_view.h"

struct day_downloads {
	uint64_t version_id; /* 0 where several versions are summed up */
	struct text date;    /* "2026-08-01" */
	uint64_t downloads;
};

enum { LATEST_VERSIONS = 5 };

/* The highest versions of a crate by precedence, whatever they are, highest first; at most LATEST_VERSIONS ids, and their
 * numbers where nums is not NULL. */
const struct err *must_use db_latest_versions(struct db *db, uint64_t crate_id,
					      uint64_t ids[LATEST_VERSIONS],
					      struct text nums[LATEST_VERSIONS], size_t *ret_n);

/* Of these versions, from that day on; by day, then by id descending. */
const struct err *must_use db_downloads_of_versions(struct db *db, const uint64_t *ids, size_t n,
						    struct text from, struct day_downloads **ret,
						    size_t *ret_n);

/* Sums a day of the crate's versions that are not among ids, from that day on; by day. */
const struct err *must_use db_downloads_of_others(struct db *db, uint64_t crate_id,
						  const uint64_t *ids, size_t n, struct text from,
						  struct day_downloads **ret, size_t *ret_n);

/* From a day on, sums of so many days each: date is the first day of these that has a figure. */
struct download_window {
	struct text from; /* "2026-08-01" */
	uint64_t days;
};

enum { DOWNLOAD_ROWS_MAX = 1000 }; /* LATEST_VERSIONS series of up to 200 sums */

/* Of each of these versions (at most LATEST_VERSIONS), in no order. */
const struct err *must_use db_downloads_summed(struct db *db, const uint64_t *ids, size_t n,
					       struct download_window w, struct day_downloads **ret,
					       size_t *ret_n);

/* Of the crate's versions that are not among ids, all together. */
const struct err *must_use db_downloads_of_others_summed(struct db *db, uint64_t crate_id,
							 const uint64_t *ids, size_t n,
							 struct download_window w,
							 struct day_downloads **ret, size_t *ret_n);

/* The same of each of the crate's versions; fn as in db_each, with a struct version_downloads. */
struct version_downloads {
	struct text num;
	bool prerelease;
	struct text date;
	uint64_t downloads;
};
const struct err *must_use
db_downloads_each_version(struct db *db, uint64_t crate_id, struct download_window w,
			  const struct err *(*fn)(void *ctx, const void *row), void *ctx);

struct version_total {
	struct text num;
	uint64_t downloads;
};
enum { TOP_VERSIONS = 10 };

/* The versions with the most downloads of all time; at most TOP_VERSIONS. */
const struct err *must_use db_downloads_top_versions(struct db *db, uint64_t crate_id,
						     struct version_total **ret, size_t *ret_n);

/* Of one version, both days included; by day. */
const struct err *must_use db_downloads_of_version(struct db *db, uint64_t version_id,
						   struct text from, struct text to,
						   struct day_downloads **ret, size_t *ret_n);

extern const struct db_stmt *const db_download_view_stmts[];
