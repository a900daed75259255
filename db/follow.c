#include "db/follow.h"

#include "app/base/arena.h"

static const struct db_stmt add = {
	.name = "follow_add",
	.sql = "INSERT INTO follows (user_id, crate_id) VALUES (?, ?)"
	       " ON DUPLICATE KEY UPDATE crate_id = VALUES(crate_id)",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt drop = {
	.name = "follow_remove",
	.sql = "DELETE FROM follows WHERE user_id = ? AND crate_id = ?",
	.in = { DB_U64, DB_U64 },
};

struct id_row {
	uint64_t id;
};

static const struct db_stmt is = {
	.name = "follow_is",
	.sql = "SELECT crate_id AS id FROM follows WHERE user_id = ? AND crate_id = ?",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct id_row, id) },
};

/* Both sides are index ranges: no row of a version is read before the page is known. */
static const struct db_stmt updates = {
	.name = "follow_updates",
	.sql = "SELECT v.id"
	       "  FROM follows f"
	       "  JOIN versions v ON v.crate_id = f.crate_id"
	       " WHERE f.user_id = ?"
	       " ORDER BY v.created_us DESC, v.id DESC"
	       " LIMIT ? OFFSET ?",
	.in = { DB_U64, DB_U64, DB_U64 },
	.out = { DB_COL(struct id_row, id) },
};

const struct err *db_follow_add(struct db *db, uint64_t user_id, uint64_t crate_id)
{
	return db_exec(db, &add, DB_ARGS(db_u64(user_id), db_u64(crate_id)), NULL);
}

const struct err *db_follow_remove(struct db *db, uint64_t user_id, uint64_t crate_id)
{
	return db_exec(db, &drop, DB_ARGS(db_u64(user_id), db_u64(crate_id)), NULL);
}

const struct err *db_follow_is(struct db *db, uint64_t user_id, uint64_t crate_id, bool *ret)
{
	struct id_row row;

	return db_maybe(db, &is, DB_ARGS(db_u64(user_id), db_u64(crate_id)), &row, ret);
}

/* The rows in the order of the ids; one that has gone meanwhile is left out. */
static size_t in_order(const struct id_row *ids, size_t n, const struct version_view *rows,
		       size_t nrows, struct version_view *to)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < nrows; k++)
			if (rows[k].id == ids[i].id)
				to[kept++] = rows[k];
	return kept;
}

const struct err *db_follow_updates(struct db *db, uint64_t user_id, uint64_t n, uint64_t offset,
				    struct version_view **ret, size_t *ret_n)
{
	uint64_t ids[VERSION_IDS_MAX];
	struct version_view *rows;
	struct id_row *page;
	size_t npage, nrows;
	const struct err *e;

	BUG_ON(n > VERSION_IDS_MAX);
	e = db_all(db, &updates, DB_ARGS(db_u64(user_id), db_u64(n), db_u64(offset)), sizeof(*page),
		   &page, &npage);
	*ret = NULL;
	*ret_n = 0;
	if (e || !npage)
		return e;
	for (size_t i = 0; i < npage; i++)
		ids[i] = page[i].id;
	e = db_version_views_acted(db, ids, npage, &rows, &nrows);
	if (e)
		return e;
	*ret = arena_array(db_arena(db), npage, sizeof(**ret));
	*ret_n = in_order(page, npage, rows, nrows, *ret);
	return NULL;
}

const struct db_stmt *const db_follow_stmts[] = { &add, &drop, &is, &updates, NULL };
