/* Writing the dependencies of a version, inside the transaction that publishes it. (Reading: db/dependency_view.h.) */
#pragma once

#include "app/registry/manifest.h"
#include "db/db.h"

/*
 * One row for each, in the order given; requirements are printed anew. Each target must be here in exactly that
 * spelling: ERR_INVALID ``no known crate named `x` `` for the first that is not, unless unknown_ok (an import), which
 * leaves it to be resolved when that crate comes.
 */
const struct err *must_use db_dependencies_add(struct db *db, uint64_t version_id,
					       const struct manifest_dep *deps, size_t n,
					       bool unknown_ok);

extern const struct db_stmt *const db_dependency_stmts[];
