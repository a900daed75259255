/* What the filters of a search that look at one crate after the other are told (app/registry/search_query.h). */
#pragma once

#include "app/registry/search_query.h"
#include "db/db.h"

/* Of the default versions of these crates, in no order; a crate without one is not among them. Each 128 take one query. */
const struct err *must_use db_crate_traits(struct db *db, const uint64_t *ids, size_t n,
					   struct crate_traits **ret, size_t *ret_n);

extern const struct db_stmt *const db_crate_traits_stmts[];
