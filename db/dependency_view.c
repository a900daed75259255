#include "db/dependency_view.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/registry/name.h"

#include <inttypes.h>
#include <stdlib.h>

enum { STAMP_MAX_BYTES = 64 * 1024 };

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

/* clang-format off */

/* A dependent of the page, or nothing but the crate itself where the page is empty: then the ids of the others are 0. */
struct stamped_row {
	uint64_t target_id, dependents, people_gen;
	struct dependency_view dependency;
	uint64_t dependent_id, data_gen, all_downloads;
	int64_t updated_us;
	struct opt_u64 index_gen;
};

static const struct db_stmt dependents_stamped = {
	.name = "dependents_stamped",
	.sql = "SELECT c.id AS target_id, CAST(COALESCE(n.n, 0) AS UNSIGNED) AS dependents,"
	       "       CAST(COALESCE((SELECT people_gen FROM metadata WHERE id = 1), 0) AS UNSIGNED) AS people_gen,"
	       "       CAST(COALESCE(d.id, 0) AS UNSIGNED) AS id, CAST(COALESCE(d.version_id, 0) AS UNSIGNED) AS version_id,"
	       "       c.name AS crate, d.req, CAST(COALESCE(d.optional, 0) AS UNSIGNED) AS optional,"
	       "       CAST(COALESCE(d.default_features, 0) AS UNSIGNED) AS default_features, d.features, d.target,"
	       "       CAST(COALESCE(d.kind, 0) AS UNSIGNED) AS kind,"
	       "       CAST(COALESCE(r.dependent_downloads, 0) AS UNSIGNED) AS downloads,"
	       "       CAST(COALESCE(x.id, 0) AS UNSIGNED) AS dependent_id, CAST(COALESCE(x.data_gen, 0) AS UNSIGNED) AS data_gen,"
	       "       CAST(COALESCE(l.downloads, 0) AS UNSIGNED) AS all_downloads,"
	       "       CAST(COALESCE(x.updated_us, 0) AS SIGNED) AS updated_us, i.index_gen"
	       "  FROM crates c"
	       "  LEFT JOIN dependents n ON n.crate_id = c.id"
	       "  LEFT JOIN (SELECT target_crate_id, dependent_crate_id"
	       "               FROM reverse_dependencies FORCE INDEX (reverse_dependencies_popular)"
	       "              WHERE target_crate_id = (SELECT id FROM crates WHERE canon_name = ?)"
	       "              ORDER BY dependent_downloads DESC, dependent_crate_id DESC LIMIT ? OFFSET ?) p"
	       "         ON p.target_crate_id = c.id"
	       "  LEFT JOIN reverse_dependencies r ON r.target_crate_id = c.id AND r.dependent_crate_id = p.dependent_crate_id"
	       "  LEFT JOIN dependencies d ON d.id = r.dependency_id"
	       "  LEFT JOIN crates x ON x.id = r.dependent_crate_id"
	       "  LEFT JOIN crate_downloads l ON l.crate_id = x.id"
	       "  LEFT JOIN crate_index i ON i.canon_name = x.canon_name"
	       " WHERE c.canon_name = ?"
	       " ORDER BY r.dependent_downloads DESC, r.dependent_crate_id DESC",
	.in = { DB_TEXT, DB_U64, DB_U64, DB_TEXT },
#define OF_DEPENDENCY(member) DB_COL_AS(struct stamped_row, dependency.member, #member)
	.out = { DB_COL(struct stamped_row, target_id), DB_COL(struct stamped_row, dependents),
		 DB_COL(struct stamped_row, people_gen), OF_DEPENDENCY(id), OF_DEPENDENCY(version_id), OF_DEPENDENCY(crate),
		 OF_DEPENDENCY(req), OF_DEPENDENCY(optional), OF_DEPENDENCY(default_features), OF_DEPENDENCY(features),
		 OF_DEPENDENCY(target), OF_DEPENDENCY(kind), OF_DEPENDENCY(downloads),
		 DB_COL(struct stamped_row, dependent_id), DB_COL(struct stamped_row, data_gen),
		 DB_COL(struct stamped_row, all_downloads), DB_COL(struct stamped_row, updated_us),
		 DB_COL(struct stamped_row, index_gen) },
#undef OF_DEPENDENCY
};
/* clang-format on */

const struct err *db_dependency_views(struct db *db, uint64_t version_id,
				      struct dependency_view **ret, size_t *ret_n)
{
	return db_all(db, &dependency_views, DB_ARGS(db_u64(version_id)), sizeof(**ret), ret,
		      ret_n);
}

static int by_id(const void *a, const void *b)
{
	const struct version_view *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

const struct err *db_dependents_versions(struct db *db, struct dependents *d)
{
	uint64_t ids[VERSION_IDS_MAX];
	const struct err *e;

	d->nversions = 0;
	if (!d->ndependencies)
		return NULL;
	BUG_ON(d->ndependencies > ARRAY_SIZE(ids));
	for (size_t i = 0; i < d->ndependencies; i++)
		ids[i] = d->dependencies[i].version_id;
	e = db_version_views_acted(db, ids, d->ndependencies, &d->versions, &d->nversions);
	if (!e && d->nversions)
		qsort(d->versions, d->nversions, sizeof(*d->versions), by_id);
	return e;
}

/* All that the answer is made of and that can change, of each row in its order. */
static struct text stamp_of(struct arena *a, const struct stamped_row *rows, size_t n)
{
	struct buf b = buf_init(a, STAMP_MAX_BYTES);

	buf_fmt(&b, "%" PRIu64 " %" PRIu64 " %" PRIu64, rows[0].target_id, rows[0].dependents,
		rows[0].people_gen);
	for (size_t i = 0; i < n; i++)
		buf_fmt(&b,
			"\n%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
			" %" PRId64 " %" PRIu64,
			rows[i].dependency.id, rows[i].dependency.version_id,
			rows[i].dependency.downloads, rows[i].dependent_id, rows[i].data_gen,
			rows[i].all_downloads, rows[i].updated_us, rows[i].index_gen.v);
	BUG_ON(!buf_ok(&b));
	return buf_text(&b);
}

const struct err *db_dependents_stamped(struct db *db, struct text name, uint64_t per_page,
					uint64_t offset, struct dependents *ret,
					struct text *ret_stamp)
{
	struct arena *a = db_arena(db);
	struct db_val canon = db_text(canon_name(a, name));
	struct dependents d = { 0 };
	struct stamped_row *rows;
	const struct err *e;
	size_t n;

	BUG_ON(per_page > VERSION_IDS_MAX);
	e = db_all(db, &dependents_stamped, DB_ARGS(canon, db_u64(per_page), db_u64(offset), canon),
		   sizeof(*rows), &rows, &n);
	if (e)
		return e;
	if (!n)
		return err_new(a, ERR_NOT_FOUND, "crate `%.*s` does not exist", TEXT_F(name));
	d.dependencies = arena_array(a, n, sizeof(*d.dependencies));
	d.kept_total = rows[0].dependents;
	for (size_t i = 0; i < n; i++)
		if (rows[i].dependency.id)
			d.dependencies[d.ndependencies++] = rows[i].dependency;
	*ret = d;
	*ret_stamp = stamp_of(a, rows, n);
	return NULL;
}

const struct err *db_optional_dependencies(struct db *db, uint64_t version_id,
					   struct optional_dependency **ret, size_t *ret_n)
{
	return db_all(db, &optional_dependencies, DB_ARGS(db_u64(version_id)), sizeof(**ret), ret,
		      ret_n);
}

const struct db_stmt *const db_dependency_view_stmts[] = { &dependency_views,
							   &optional_dependencies,
							   &dependents_stamped, NULL };
