/*
 * How many rows of dependencies name each crate, over all versions of all crates (contract/api.md 29.2, num_rev_deps). A popular
 * crate has hundreds of thousands, so the count is kept: dependents.declared, and beside it dependency_changes, where each
 * transaction that adds rows or takes them away notes how many. A job adds the notes up, since the counter itself would be
 * a row that half of all publishes wait for. What is kept and what is noted are together the rows there are, at every moment.
 */
#pragma once

#include "db/db.h"

/* In the transaction that wrote the dependencies of a version. */
const struct err *must_use db_dependencies_counted(struct db *db, uint64_t version_id);

/* In the transaction that deletes a version, all versions of a crate: before it does. */
const struct err *must_use db_dependencies_uncounted(struct db *db, uint64_t version_id);
const struct err *must_use db_dependencies_of_crate_uncounted(struct db *db, uint64_t crate_id);

/* In the transaction that gave n rows, which waited for such a crate, its id. */
const struct err *must_use db_dependencies_found(struct db *db, uint64_t crate_id, uint64_t n);

/* Some of the notes into the counters, in a transaction of its own; *ret_n: how many, 0 when there are none to have. */
const struct err *must_use db_dependency_counts_sum(struct db *db, size_t *ret_n);

/* For a query that has a row k of dependents, or none: the number of crate. */
#define DECLARED_SQL(crate)                                                                        \
	"CAST(GREATEST(COALESCE(k.declared, 0)"                                                    \
	"              + COALESCE((SELECT SUM(x.n) FROM dependency_changes x"                      \
	"                           WHERE x.crate_id = " crate "), 0), 0) AS UNSIGNED)"

/* What k.declared should be: the rows, less what is noted. */
#define DECLARED_WANTED_SQL(crate)                                                                 \
	"(SELECT COUNT(*) FROM dependencies d WHERE d.crate_id = " crate ")"                       \
	" - COALESCE((SELECT SUM(x.n) FROM dependency_changes x WHERE x.crate_id = " crate "), 0)"

extern const struct db_stmt *const db_dependency_count_stmts[];
