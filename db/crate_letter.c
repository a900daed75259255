#include "db/crate_letter.h"

#include "app/base/arena.h"
#include "app/base/bits.h"
#include "db/crate_order.h"

struct part_row {
	struct text ids; /* absent: no crate has the letter */
	uint64_t last_id, crates;
};

/* The first part of the order is always there: it tells whether all were written with their letters. */
static const struct db_stmt parts = {
	.name = "crate_letter_parts",
	.sql = "SELECT p.ids, o.last_id,"
	       "       CAST(COALESCE((SELECT num_crates FROM metadata WHERE id = 1), 0) AS "
	       "UNSIGNED) AS crates"
	       "  FROM crate_orders o"
	       "  JOIN crate_order_parts f ON f.sort = o.sort AND f.part = 0 AND f.kept_us = "
	       "o.kept_us"
	       "  LEFT JOIN crate_order_parts p ON p.sort = o.sort AND p.letter IN (?, ?)"
	       " WHERE o.sort = ? AND o.kept = o.changes LIMIT 100000",
	.in = { DB_TEXT, DB_TEXT, DB_U64 },
	.out = { DB_COL(struct part_row, ids), DB_COL(struct part_row, last_id),
		 DB_COL(struct part_row, crates) },
};

struct newer_row {
	uint64_t id;
	bool has_letter;
};

static const struct db_stmt newer = {
	.name = "crate_letter_newer",
	.sql = "SELECT id, CAST(COALESCE(canon_name LIKE ?, 0) AS UNSIGNED) AS has_letter FROM "
	       "crates FORCE INDEX (crates_narrow)"
	       " WHERE id > ? ORDER BY id LIMIT 1001",
	.in = { DB_TEXT, DB_U64 },
	.out = { DB_COL(struct newer_row, id), DB_COL(struct newer_row, has_letter) },
};

/* The numbers that are in, ascending. */
static void list(struct arena *a, const struct bits *b, size_t most, struct crate_letter *ret)
{
	ret->ids = arena_array(a, most, sizeof(*ret->ids));
	for (uint64_t i = 0; i < b->n; i++) {
		if (i % 8 == 0 && !b->v[i / 8])
			i += 7;
		else if (bits_has(b, i))
			ret->ids[ret->n++] = i;
	}
}

const struct err *db_crate_letter(struct db *db, char letter, struct crate_letter *ret,
				  bool *ret_kept)
{
	char both[2] = { (char)(letter - 'a' + 'A'), letter };
	struct text like = text_fmt(db_arena(db), "%c%%", letter);
	struct part_row *rows;
	struct newer_row *late;
	struct crate_letter found = { 0 };
	struct bits in;
	size_t nrows, nlate, most = 0;
	uint64_t top;
	const struct err *e;

	BUG_ON(letter < 'a' || letter > 'z');
	*ret_kept = false;
	e = db_all(db, &parts,
		   DB_ARGS(db_text((struct text){ both, 1 }), db_text((struct text){ both + 1, 1 }),
			   db_u64(CRATE_BY_NAME)),
		   sizeof(*rows), &rows, &nrows);
	if (e || !nrows)
		return e;
	e = db_all(db, &newer, DB_ARGS(db_text(like), db_u64(rows[0].last_id)), sizeof(*late),
		   &late, &nlate);
	if (e)
		return e;
	top = nlate ? late[nlate - 1].id : rows[0].last_id;
	if (nlate > CRATE_ORDER_NEWER || top >= BITS_MAX)
		return NULL;
	in = bits_new(db_arena(db), top + 1);
	for (size_t i = 0; i < nrows; i++)
		for (size_t k = 0; k < rows[i].ids.n / CRATE_ORDER_ID_BYTES; k++, most++)
			bits_put(&in, crate_order_id(rows[i].ids.p, k));
	for (size_t i = 0; i < nlate; i++)
		if (late[i].has_letter) {
			bits_put(&in, late[i].id);
			most++;
		}
	list(db_arena(db), &in, most, &found);
	found.crates = rows[0].crates;
	*ret = found;
	*ret_kept = true;
	return NULL;
}

const struct db_stmt *const db_crate_letter_stmts[] = { &parts, &newer, NULL };
