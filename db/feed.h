/* What is new, for feeds (contract/jobs.md 11): crates, versions of all crates, of one, of one publisher, of some crates. */
#pragma once

#include "db/db.h"

/* A new crate, or where num is set a version. */
struct feed_item {
	struct text crate;
	struct text num;         /* absent: the crate itself */
	struct text description; /* of the crate, its first FEED_DESCRIPTION_CHARS; absent: none */
	int64_t created_us;
};

struct feed_items {
	struct feed_item *v; /* arena, newest first */
	size_t n;
};

enum {
	FEED_DESCRIPTION_CHARS = 4000, /* the statements say so too */
	FEED_OF_CRATES = 50,
	FEED_OF_ALL_MAX = 1000, /* however many there were within the hour */
	FEED_CRATE_IDS = 50,
};

/* The newest 50, or all of the last hour where these are more. */
const struct err *must_use db_feed_crates(struct db *db, int64_t now_us, struct feed_items *ret);

/* Of all crates: the newest 100, or all of the last hour where these are more. */
const struct err *must_use db_feed_updates(struct db *db, int64_t now_us, struct feed_items *ret);

/* Of one crate, without description: the newest 10, or all of the last day where these are more. */
const struct err *must_use db_feed_versions(struct db *db, uint64_t crate_id, int64_t now_us,
					    struct feed_items *ret);

/* What this user has published, whoever owns it now: the newest 50. */
const struct err *must_use db_feed_of_publisher(struct db *db, uint64_t user_id,
						struct feed_items *ret);

/* The newest version of each of these crates; n is at most FEED_CRATE_IDS. */
const struct err *must_use db_feed_newest(struct db *db, const uint64_t *ids, size_t n,
					  struct feed_items *ret);

/*
 * Inside of the transaction that changes a crate: the jobs that write its feeds anew. name as it is stored, absent where
 * the crate itself goes; crates_too: the list of new crates changes as well.
 */
const struct err *must_use db_feed_jobs(struct db *db, struct text name, bool crates_too);

extern const struct db_stmt *const db_feed_stmts[];
