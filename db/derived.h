/*
 * What is derived from versions and dependencies and kept beside them, and the row that says that the index file of a
 * crate has to be written anew. All of it inside the transaction that changes the source (design.md 5 and 6).
 */
#pragma once

#include "db/db.h"

/*
 * The first statement of a transaction that changes what the index says of a crate: index_gen + 1, and an index_stamp
 * that the name has never had. The row is the lock of the name until the transaction ends, whether a crate of that name
 * is there or not.
 */
const struct err *must_use db_index_changed(struct db *db, struct text canon, struct text name,
					    int64_t now_us);

/*
 * The settle job of the same transaction. It waits a moment, because whoever commits settles at once and then deletes
 * it (*ret_id): a runner that took it meanwhile would do the same work beside him.
 */
const struct err *must_use db_index_settle_job(struct db *db, struct text canon, int64_t now_us,
					       uint64_t *ret_id);

/* The job that brings the same change into the git index, where there is one (git_index.enabled). name: as it is stored. */
const struct err *must_use db_index_git_job(struct db *db, struct text name);
struct text db_index_git_data(struct arena *a, struct text name); /* its data; arena */

/* The name as a new crate spells it (after a delete it may be spelled anew). */
const struct err *must_use db_index_respell(struct db *db, struct text canon, struct text name);

/*
 * The default version of a crate anew (contract/publish.md 17.1), its number of versions (added: how many have come or
 * gone), which of them is the highest and the newest (db/tops.h), and the rows of reverse_dependencies that the crate has as
 * a dependent. *ret_changed: the default version is another one than before. A crate without versions has no row.
 */
struct derived {
	uint64_t crate_id;
	int64_t added; /* versions: 1 for a publish, 0 for a yank, -1 for a deleted one */
	bool ret_changed;
};
const struct err *must_use db_derive(struct db *db, struct derived *d);

/* Before a crate is deleted: what it depended on has one dependent less, which a job counts. */
const struct err *must_use db_derive_gone(struct db *db, uint64_t crate_id);

/* The counts of reverse_dependencies for these crates, in the order of their ids: what job_dependents does. */
const struct err *must_use db_dependents_recount(struct db *db, uint64_t crate_id);

/* A crate has come whose name dependencies were waiting for (after an import): their rows and what follows from them. */
const struct err *must_use db_resolve_dependencies(struct db *db, uint64_t crate_id,
						   struct text name);

extern const struct db_stmt *const db_derived_stmts[];
