/*
 * Loading a database dump: many rows at a time into tables that nobody else writes to meanwhile, then what is derived
 * from them, a range of crates at a time. Each step is done in a transaction that also says how far it is, so a load that
 * was ended goes on where it was.
 */
#pragma once

#include "db/db.h"

/* In the order of loading: what is referred to comes first. */
enum import_table {
	IMPORT_RESERVED_CRATE_NAMES,
	IMPORT_RESERVED_USERNAMES,
	IMPORT_USERS,
	IMPORT_OAUTH_GITHUB,
	IMPORT_TEAMS,
	IMPORT_CATEGORIES,
	IMPORT_KEYWORDS,
	IMPORT_CRATES,
	IMPORT_CRATE_DOWNLOADS,
	IMPORT_CRATES_CATEGORIES,
	IMPORT_CRATES_KEYWORDS,
	IMPORT_CRATE_OWNERS,
	IMPORT_DELETED_CRATES,
	IMPORT_VERSIONS,
	IMPORT_DEPENDENCIES,
	IMPORT_VERSION_DOWNLOADS,
	IMPORT_METADATA,
	IMPORT_TABLES
};

/* How many values a row of the table takes: the columns that db/import.c names. */
size_t db_import_width(enum import_table t);

/* Rows one after another, as many as there are; inside of a transaction. ERR_EXISTS for one that is there already. */
const struct err *must_use db_import_put(struct db *db, enum import_table t, struct db_vals rows);

struct import_step {
	uint64_t position, line, n, wrong;
	bool done;
	struct text note; /* absent for none */
};

/* One that has not begun is all zeros. */
const struct err *must_use db_import_step(struct db *db, struct text name, struct import_step *ret);
const struct err *must_use db_import_step_put(struct db *db, struct text name,
					      const struct import_step *s);

/*
 * Makes the connection one for loading, until it ends: no limit of time, no foreign keys looked up (whoever loads has
 * checked what rows refer to).
 */
const struct err *must_use db_import_session(struct db *db);

/* How many crates and teams there are, both counted to two: an empty registry has none. */
const struct err *must_use db_import_others(struct db *db, uint64_t *ret);

/* Before the first row: keywords without crates, of which there are no others now, go. */
const struct err *must_use db_import_clean(struct db *db);

/* ---- what rows refer to */

struct import_name {
	uint64_t id;
	struct text name; /* crates and categories (their slug); absent for others */
};
enum import_names {
	IMPORT_IDS_OF_CRATES,
	IMPORT_IDS_OF_VERSIONS,
	IMPORT_IDS_OF_USERS,
	IMPORT_IDS_OF_TEAMS,
	IMPORT_IDS_OF_KEYWORDS,
	IMPORT_IDS_OF_CATEGORIES,
	IMPORT_NAMES
};

/* All of them, by id; fn with a struct import_name. */
const struct err *must_use db_import_names(struct db *db, enum import_names which,
					   const struct err *(*fn)(void *ctx, const void *row),
					   void *ctx);

/* ---- users whose id somebody has already */

struct import_user {
	uint64_t dump_id, user_id;
	bool was_here;
};
enum { IMPORT_LOCAL_USERS_MAX = 10000 };

/* Those who are here; at most IMPORT_LOCAL_USERS_MAX + 1. */
struct import_local_user {
	uint64_t id;
	int64_t gh_id;
};
const struct err *must_use db_import_local_users(struct db *db, struct import_local_user **ret,
						 size_t *ret_n);
const struct err *must_use db_import_user_put(struct db *db, const struct import_user *u);
const struct err *must_use db_import_users(struct db *db, struct import_user **ret, size_t *ret_n);

/* ---- what is derived */

/* In this order. */
enum import_derived {
	IMPORT_INDEX_ROWS,
	IMPORT_COUNTERS, /* rows of downloads, recent downloads and dependents */
	IMPORT_DEFAULT_VERSIONS,
	IMPORT_REVERSE_DEPENDENCIES,
	IMPORT_DEPENDENTS,
	IMPORT_DERIVED
};

/* Of crates with an id in [from, to]; inside of a transaction. now_us: the clock. */
const struct err *must_use db_import_derive(struct db *db, enum import_derived what, uint64_t from,
					    uint64_t to, int64_t now_us);

/* What is counted over all crates: keywords, categories, the registry's own counters. */
const struct err *must_use db_import_totals(struct db *db);

/* The id that so many crates have behind `after`, at most; `after` itself where there is none behind it. */
const struct err *must_use db_import_range(struct db *db, uint64_t after, uint64_t *ret_last);

extern const struct db_stmt *const db_import_stmts[];
