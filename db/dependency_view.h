/* Dependencies as the API shows them (contract/api.md 7.4): of a version, and of others on a crate.
 */
#pragma once

#include "db/version_view.h"

struct dependency_view {
	uint64_t id, version_id;
	struct text crate; /* name of the crate that is depended upon */
	struct text req;
	bool optional, default_features;
	struct text features; /* JSON list */
	struct text target;
	uint64_t kind; /* enum dep_kind */
	uint64_t downloads;
};

/* Of a version: first those that are not optional, then by name; at most 500 by the rules of
 * publish, 2,000 at all. */
const struct err *must_use db_dependency_views(struct db *db, uint64_t version_id,
					       struct dependency_view **ret, size_t *ret_n);

/* An optional dependency by the name that features know it by, which is not its crate's where it was renamed. */
struct optional_dependency {
	struct text name, crate, req;
	uint64_t kind; /* enum dep_kind */
};

/* Of a version, by that name; one for each kind and target; at most 2,000. */
const struct err *must_use db_optional_dependencies(struct db *db, uint64_t version_id,
						    struct optional_dependency **ret,
						    size_t *ret_n);

/* One page of those that depend on a crate, most downloaded first, and their default versions (with actions), by version id. */
struct dependents {
	struct dependency_view *dependencies;
	size_t ndependencies;
	struct version_view *versions;
	size_t nversions;
	uint64_t
		kept_total; /* how many there are in all: kept, not counted; of db_dependents_stamped alone */
};

/*
 * Those of the crate of that name, in any spelling (per_page at most 100, offset at most 20,000), without the versions: these come by db_dependents_versions. The stamp is
 * another one after each change of what answers show of the page: which crates are on it and in what order, their downloads,
 * versions, line counts, the people that are named, the total. ERR_NOT_FOUND in the reference's words, with the name as
 * given. One query.
 */
const struct err *must_use db_dependents_stamped(struct db *db, struct text name, uint64_t per_page,
						 uint64_t offset, struct dependents *ret,
						 struct text *ret_stamp);

/* Fills the versions; two queries. */
const struct err *must_use db_dependents_versions(struct db *db, struct dependents *d);

extern const struct db_stmt *const db_dependency_view_stmts[];
