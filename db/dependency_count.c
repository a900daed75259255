#include "db/dependency_count.h"

#include <stdlib.h>

enum { NOTES_AT_ONCE = 64 };

static const struct db_stmt counted = {
	.name = "dependency_counted",
	.sql = "INSERT INTO dependency_changes (crate_id, n)"
	       " SELECT d.crate_id, COUNT(*) FROM dependencies d"
	       "  WHERE d.version_id = ? AND d.crate_id IS NOT NULL GROUP BY d.crate_id",
	.in = { DB_U64 },
};

/* Locks what it counts: a crate that comes meanwhile may not find these rows waiting for it (db_resolve_dependencies). */
static const struct db_stmt uncounted = {
	.name = "dependency_uncounted",
	.sql = "INSERT INTO dependency_changes (crate_id, n)"
	       " SELECT d.crate_id, -COUNT(*) FROM dependencies d"
	       "  WHERE d.version_id = ? AND d.crate_id IS NOT NULL GROUP BY d.crate_id"
	       "    FOR UPDATE",
	.in = { DB_U64 },
};

static const struct db_stmt of_crate_uncounted = {
	.name = "dependency_of_crate_uncounted",
	.sql = "INSERT INTO dependency_changes (crate_id, n)"
	       " SELECT d.crate_id, -COUNT(*) FROM versions v"
	       "   JOIN dependencies d ON d.version_id = v.id AND d.crate_id IS NOT NULL"
	       "  WHERE v.crate_id = ? GROUP BY d.crate_id"
	       "    FOR UPDATE",
	.in = { DB_U64 },
};

static const struct db_stmt found = {
	.name = "dependency_found",
	.sql = "INSERT INTO dependency_changes (crate_id, n) VALUES (?, ?)",
	.in = { DB_U64, DB_U64 },
};

struct note {
	uint64_t id, crate_id;
	int64_t n;
};

/* Those of transactions that are not over yet are left for the next time. */
static const struct db_stmt notes = {
	.name = "dependency_notes",
	.sql = "SELECT id, crate_id, n FROM dependency_changes ORDER BY id LIMIT 64"
	       "   FOR UPDATE SKIP LOCKED",
	.out = { DB_COL(struct note, id), DB_COL(struct note, crate_id), DB_COL(struct note, n) },
};

static const struct db_stmt add = {
	.name = "dependency_count_add",
	.sql = "UPDATE dependents SET declared = declared + ? WHERE crate_id = ?",
	.in = { DB_I64, DB_U64 },
};

/* Places that are not used hold 0, which no note has. */
static const struct db_stmt drop = {
	.name = "dependency_notes_drop",
	.sql = "DELETE FROM dependency_changes WHERE id IN (" DB_ROWS_64("?") ")",
	.in = { DB_U64 },
	.in_repeat = NOTES_AT_ONCE,
};

const struct err *db_dependencies_counted(struct db *db, uint64_t version_id)
{
	return db_exec(db, &counted, DB_ARGS(db_u64(version_id)), NULL);
}

const struct err *db_dependencies_uncounted(struct db *db, uint64_t version_id)
{
	return db_exec(db, &uncounted, DB_ARGS(db_u64(version_id)), NULL);
}

const struct err *db_dependencies_of_crate_uncounted(struct db *db, uint64_t crate_id)
{
	return db_exec(db, &of_crate_uncounted, DB_ARGS(db_u64(crate_id)), NULL);
}

const struct err *db_dependencies_found(struct db *db, uint64_t crate_id, uint64_t n)
{
	return db_exec(db, &found, DB_ARGS(db_u64(crate_id), db_u64(n)), NULL);
}

/* Counters are locked in the order of the crates. */
static int by_crate(const void *a, const void *b)
{
	const struct note *x = a, *y = b;

	return (x->crate_id > y->crate_id) - (x->crate_id < y->crate_id);
}

static const struct err *sum(struct db *db, void *ctx)
{
	size_t *ret_n = ctx, n, end;
	struct db_val ids[NOTES_AT_ONCE];
	struct note *v;
	const struct err *e = db_all(db, &notes, DB_NO_ARGS, sizeof(*v), &v, &n);

	if (e)
		return e;
	*ret_n = n;
	if (!n)
		return NULL;
	qsort(v, n, sizeof(*v), by_crate);
	for (size_t i = 0; !e && i < n; i = end) {
		int64_t all = 0;

		for (end = i; end < n && v[end].crate_id == v[i].crate_id; end++)
			all += v[end].n;
		if (all)
			e = db_exec(db, &add, DB_ARGS(db_i64(all), db_u64(v[i].crate_id)), NULL);
	}
	for (size_t i = 0; i < NOTES_AT_ONCE; i++)
		ids[i] = db_u64(i < n ? v[i].id : 0);
	return e ? e : db_exec(db, &drop, (struct db_vals){ ids, NOTES_AT_ONCE }, NULL);
}

const struct err *db_dependency_counts_sum(struct db *db, size_t *ret_n)
{
	return db_tx(db, sum, ret_n);
}

const struct db_stmt *const db_dependency_count_stmts[] = {
	&counted, &uncounted, &of_crate_uncounted, &found, &notes, &add, &drop, NULL,
};
