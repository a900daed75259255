#include "db/dependency_view.h"

#include <stdlib.h>

#define DEPENDENCY_COLS                                                                            \
	DB_COL(struct dependency_view, id), DB_COL(struct dependency_view, version_id),            \
		DB_COL(struct dependency_view, crate), DB_COL(struct dependency_view, req),        \
		DB_COL(struct dependency_view, optional),                                          \
		DB_COL(struct dependency_view, default_features),                                  \
		DB_COL(struct dependency_view, features), DB_COL(struct dependency_view, target),  \
		DB_COL(struct dependency_view, kind), DB_COL(struct dependency_view, downloads)

/* The name comes from the crate while it is here: an import may know a dependency before its crate.
 */
static const struct db_stmt dependency_views = {
	.name = "dependency_views",
	.sql = "SELECT d.id, d.version_id, d.crate_name AS crate, d.req, d.optional, "
	       "d.default_features, d.features,"
	       "       d.target, d.kind, CAST(0 AS UNSIGNED) AS downloads"
	       "  FROM dependencies d"
	       " WHERE d.version_id = ?"
	       " ORDER BY d.optional, d.crate_name, d.id DESC LIMIT 2000",
	.in = { DB_U64 },
	.out = { DEPENDENCY_COLS },
};

static const struct db_stmt optional_dependencies = {
	.name = "optional_dependencies",
	.sql = "SELECT COALESCE(explicit_name, crate_name) AS name, crate_name AS crate, req, kind"
	       "  FROM dependencies WHERE version_id = ? AND optional"
	       " ORDER BY name, id LIMIT 2000",
	.in = { DB_U64 },
	.out = { DB_COL(struct optional_dependency, name),
		 DB_COL(struct optional_dependency, crate), DB_COL(struct optional_dependency, req),
		 DB_COL(struct optional_dependency, kind) },
};

static const struct db_stmt dependents_count = {
	.name = "dependents_count",
	.sql = "SELECT n FROM dependents WHERE crate_id = ?",
	.in = { DB_U64 },
	.out = { { "n", 0, DB_U64 } },
};

/* One page of the dependents of a crate: what is in front of it is passed in the index alone. */
static const struct db_stmt dependents_page = {
	.name = "dependents_page",
	.sql = "SELECT d.id, d.version_id, c.name AS crate, d.req, d.optional, d.default_features, "
	       "d.features, d.target,"
	       "       d.kind, r.dependent_downloads AS downloads"
	       "  FROM (SELECT target_crate_id, dependent_crate_id"
	       "          FROM reverse_dependencies FORCE INDEX (reverse_dependencies_downloads)"
	       "         WHERE target_crate_id = ?"
	       "         ORDER BY dependent_downloads DESC, dependent_crate_id DESC LIMIT ? OFFSET "
	       "?) p"
	       "  JOIN reverse_dependencies r ON r.target_crate_id = p.target_crate_id"
	       "                             AND r.dependent_crate_id = p.dependent_crate_id"
	       "  JOIN dependencies d ON d.id = r.dependency_id"
	       "  JOIN crates c ON c.id = r.target_crate_id"
	       " ORDER BY r.dependent_downloads DESC, r.dependent_crate_id DESC",
	.in = { DB_U64, DB_U64, DB_U64 },
	.out = { DEPENDENCY_COLS },
};

const struct err *db_dependency_views(struct db *db, uint64_t version_id,
				      struct dependency_view **ret, size_t *ret_n)
{
	return db_all(db, &dependency_views, DB_ARGS(db_u64(version_id)), sizeof(**ret), ret,
		      ret_n);
}

const struct err *db_dependents_count(struct db *db, uint64_t crate_id, uint64_t *ret)
{
	bool found;
	const struct err *e =
		db_maybe(db, &dependents_count, DB_ARGS(db_u64(crate_id)), ret, &found);

	if (!e && !found)
		*ret = 0;
	return e;
}

static int by_id(const void *a, const void *b)
{
	const struct version_view *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

const struct err *db_dependents_page(struct db *db, uint64_t crate_id, uint64_t per_page,
				     uint64_t offset, struct dependents *ret)
{
	struct dependents d = { 0 };
	uint64_t ids[VERSION_IDS_MAX];
	const struct err *e;

	BUG_ON(per_page > ARRAY_SIZE(ids));
	e = db_all(db, &dependents_page,
		   DB_ARGS(db_u64(crate_id), db_u64(per_page), db_u64(offset)),
		   sizeof(*d.dependencies), &d.dependencies, &d.ndependencies);
	for (size_t i = 0; !e && i < d.ndependencies; i++)
		ids[i] = d.dependencies[i].version_id;
	if (!e && d.ndependencies)
		e = db_version_views_by_ids(db, ids, d.ndependencies, &d.versions, &d.nversions);
	if (!e && d.nversions) {
		qsort(d.versions, d.nversions, sizeof(*d.versions), by_id);
		e = db_version_actions_by_ids(db, d.versions, d.nversions);
	}
	if (!e)
		*ret = d;
	return e;
}

const struct err *db_optional_dependencies(struct db *db, uint64_t version_id,
					   struct optional_dependency **ret, size_t *ret_n)
{
	return db_all(db, &optional_dependencies, DB_ARGS(db_u64(version_id)), sizeof(**ret), ret,
		      ret_n);
}

const struct db_stmt *const db_dependency_view_stmts[] = {
	&dependency_views, &optional_dependencies, &dependents_count, &dependents_page, NULL
};
