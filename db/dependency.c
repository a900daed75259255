#include "db/dependency.h"

#include "app/base/arena.h"
#include "app/base/semver.h"
#include "db/stored.h"

#include <stdlib.h>

enum { NAMES_AT_ONCE = 64, ROW_VALUES = 10 };

struct target {
	uint64_t id;
	struct text name;
};

/* The locks that the foreign key takes anyway, before it does: a crate found here cannot be deleted any more. */
static const struct db_stmt find = {
	.name = "dependency_targets",
	.sql = "SELECT id, name FROM crates WHERE name IN (" DB_ROWS_64(
		"?") ") LIMIT 64 LOCK IN SHARE MODE",
	.in = { DB_TEXT },
	.in_repeat = NAMES_AT_ONCE,
	.out = { DB_COL(struct target, id), DB_COL(struct target, name) },
};

#define INSERT_SQL(rows)                                                                           \
	"INSERT INTO dependencies (version_id, crate_id, crate_name, req, optional, "              \
	"default_features,"                                                                        \
	" features, target, kind, explicit_name) VALUES " rows
#define ROW "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define INSERT_IN                                                                                  \
	{                                                                                          \
		DB_U64, DB_OPT_U64, DB_TEXT, DB_TEXT, DB_BOOL, DB_BOOL, DB_TEXT, DB_TEXT, DB_U64,  \
			DB_TEXT                                                                    \
	}

static const struct db_stmt insert = {
	.name = "dependency_insert",
	.sql = INSERT_SQL(ROW),
	.in = INSERT_IN,
};

static const struct db_stmt insert_4 = {
	.name = "dependency_insert_4",
	.sql = INSERT_SQL(DB_ROWS_4(ROW)),
	.in = INSERT_IN,
	.in_repeat = 4,
};

static const struct db_stmt insert_16 = {
	.name = "dependency_insert_16",
	.sql = INSERT_SQL(DB_ROWS_16(ROW)),
	.in = INSERT_IN,
	.in_repeat = 16,
};

static const struct db_stmt *const inserts[] = { &insert_16, &insert_4, &insert, NULL };

static int by_name(const void *a, const void *b)
{
	return text_cmp(((const struct target *)a)->name, ((const struct target *)b)->name);
}

/* The names, each once and sorted, with the ids of those that are crates; 0 for the others. */
static const struct err *find_targets(struct db *db, const struct manifest_dep *deps, size_t n,
				      struct target **ret, size_t *ret_n)
{
	struct target *t = arena_array(db_arena(db), n, sizeof(*t));
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		t[i].name = deps[i].name;
	qsort(t, n, sizeof(*t), by_name);
	for (size_t i = 0; i < n; i++)
		if (!m || !text_eq(t[m - 1].name, t[i].name))
			t[m++] = t[i];
	for (size_t from = 0; from < m; from += NAMES_AT_ONCE) {
		struct db_val v[NAMES_AT_ONCE];
		struct target *got;
		size_t ngot;
		const struct err *e;

		for (size_t i = 0; i < NAMES_AT_ONCE; i++)
			v[i] = db_text(t[from + i < m ? from + i : from].name);
		e = db_all(db, &find, (struct db_vals){ v, NAMES_AT_ONCE }, sizeof(*got), &got,
			   &ngot);
		if (e)
			return e;
		for (size_t i = 0; i < ngot; i++) {
			struct target *at = bsearch(&got[i], t, m, sizeof(*t), by_name);

			if (at)
				at->id = got[i].id;
		}
	}
	*ret = t;
	*ret_n = m;
	return NULL;
}

static void fill(struct db *db, struct db_val *v, uint64_t version_id, const struct manifest_dep *d,
		 uint64_t crate_id)
{
	struct arena *a = db_arena(db);
	struct semver_req req;

	BUG_ON(!semver_req_parse(d->req, &req)); /* row 32 of contract/publish.md 2 */
	v[0] = db_u64(version_id);
	v[1] = db_opt_u64((struct opt_u64){ crate_id != 0, crate_id });
	v[2] = db_text(d->name);
	v[3] = db_text(semver_req_print(a, &req));
	v[4] = db_bool(d->optional);
	v[5] = db_bool(d->default_features);
	v[6] = db_text(stored_list(a, d->features));
	v[7] = db_text(d->target);
	v[8] = db_u64((uint64_t)d->kind);
	v[9] = db_text(d->explicit_name);
}

const struct err *db_dependencies_add(struct db *db, uint64_t version_id,
				      const struct manifest_dep *deps, size_t n, bool unknown_ok)
{
	struct db_val *v = arena_array(db_arena(db), n, ROW_VALUES * sizeof(*v));
	struct target *targets;
	size_t ntargets;
	const struct err *e = n ? find_targets(db, deps, n, &targets, &ntargets) : NULL;

	for (size_t i = 0; i < n && !e; i++) {
		struct target key = { .name = deps[i].name };
		const struct target *t =
			bsearch(&key, targets, ntargets, sizeof(*targets), by_name);

		BUG_ON(!t);
		if (!t->id && !unknown_ok)
			return err_new(db_arena(db), ERR_INVALID, "no known crate named `%.*s`",
				       TEXT_F(key.name));
		fill(db, &v[i * ROW_VALUES], version_id, &deps[i], t->id);
	}
	if (!e)
		e = db_exec_rows(db, inserts, (struct db_vals){ v, n * ROW_VALUES });
	if (err_is(e, ERR_NOT_FOUND)) /* the foreign key; who tries again hears which it was */
		return err_because(db_arena(db), ERR_BUSY,
				   TEXT("a crate that it depends on was deleted meanwhile"),
				   "Service unavailable");
	return e;
}

const struct db_stmt *const db_dependency_stmts[] = { &find, &insert, &insert_4, &insert_16, NULL };
