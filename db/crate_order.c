#include "db/crate_order.h"

#include "app/base/arena.h"
#include "app/base/bits.h"
#include "db/crate_set.h"

/* Parts are read that many at once: 256 KB. Of what is not spread evenly a few more crates are passed than one expects. */
enum { PARTS_AT_ONCE = 16, PASS_SPARE = 500 };

struct part_row {
	uint64_t part;
	struct text ids;
	int64_t kept_us;
	struct crate_order_head head;
};

static const struct db_stmt parts = {
	.name = "crate_order_parts",
	.sql = "SELECT p.part, p.ids, o.kept_us, o.last_id, o.until_us, o.newer_after"
	       "  FROM crate_orders o JOIN crate_order_parts p ON p.sort = o.sort"
	       " WHERE o.sort = ? AND o.kept = o.changes AND p.part >= ? ORDER BY p.part LIMIT ?",
	.in = { DB_U64, DB_U64, DB_U64 },
	.out = { DB_COL(struct part_row, part), DB_COL(struct part_row, ids),
		 DB_COL(struct part_row, kept_us),
		 DB_COL_AS(struct part_row, head.last_id, "last_id"),
		 DB_COL_AS(struct part_row, head.until_us, "until_us"),
		 DB_COL_AS(struct part_row, head.newer_after, "newer_after") },
};

/* clang-format off */

#define NEWER_OUT { DB_COL(struct crate_order_newer, id), DB_COL(struct crate_order_newer, after) }

static const struct db_stmt newer_names = {
	.name = "crate_order_newer_names",
	.sql = "SELECT c.id, CAST(COALESCE((SELECT p.id FROM crates p FORCE INDEX (crates_name)"
	       "                             WHERE p.name < c.name AND p.id <= ? ORDER BY p.name DESC LIMIT 1), 0) AS UNSIGNED) AS after"
	       "  FROM crates c FORCE INDEX (crates_narrow) WHERE c.id > ? ORDER BY c.name LIMIT 1001",
	.in = { DB_U64, DB_U64 },
	.out = NEWER_OUT,
};

/* They have not been downloaded, so they stand before those whose downloads are as few. */
static const struct db_stmt newer_ids = {
	.name = "crate_order_newer_ids",
	.sql = "SELECT id, CAST(COALESCE(?, 0) AS UNSIGNED) AS after FROM crates WHERE id > ? ORDER BY id DESC LIMIT 1001",
	.in = { DB_U64, DB_U64 },
	.out = NEWER_OUT,
};

#define NEWER_BY(column, index) \
	{ \
		.name = "crate_order_newer_" index, \
		.sql = "SELECT id, CAST(0 AS UNSIGNED) AS after FROM crates FORCE INDEX (" index ")" \
		       " WHERE " column " >= ? ORDER BY " column " DESC, id DESC LIMIT 1001", \
		.in = { DB_I64 }, .out = NEWER_OUT, \
	}
static const struct db_stmt newer_updated = NEWER_BY("updated_us", "crates_updated");
static const struct db_stmt newer_created = NEWER_BY("created_us", "crates_created");
/* clang-format on */

const struct err *db_crate_order_newer(struct db *db, enum crate_sort sort,
				       const struct crate_order_head *h,
				       struct crate_order_newer **ret, size_t *ret_n)
{
	struct db_val last = db_u64(h->last_id), until = db_i64(h->until_us);
	size_t size = sizeof(**ret);

	switch (sort) {
	case CRATE_BY_NAME:
		return db_all(db, &newer_names, DB_ARGS(last, last), size, ret, ret_n);
	case CRATE_BY_UPDATE:
		return db_all(db, &newer_updated, DB_ARGS(until), size, ret, ret_n);
	case CRATE_BY_CREATION:
		return db_all(db, &newer_created, DB_ARGS(until), size, ret, ret_n);
	default:
		return db_all(db, &newer_ids, DB_ARGS(db_u64(h->newer_after), last), size, ret,
			      ret_n);
	}
}

uint64_t crate_order_id(const void *ids, size_t i)
{
	const unsigned char *b = (const unsigned char *)ids + i * CRATE_ORDER_ID_BYTES;

	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24;
}

void crate_order_put_id(void *ids, size_t i, uint64_t id)
{
	unsigned char *b = (unsigned char *)ids + i * CRATE_ORDER_ID_BYTES;

	for (size_t k = 0; k < CRATE_ORDER_ID_BYTES; k++)
		b[k] = (unsigned char)(id >> (8 * k));
}

bool crate_order_bits(struct arena *a, const struct crate_order_newer *newer, size_t n,
		      uint64_t last_id, struct bits *ret)
{
	uint64_t top = last_id;

	*ret = (struct bits){ 0 };
	for (size_t i = 0; i < n; i++)
		top = newer[i].id > top ? newer[i].id : top;
	if (n > CRATE_ORDER_NEWER || (n && top >= BITS_MAX))
		return false;
	if (n)
		*ret = bits_new(a, top + 1);
	for (size_t i = 0; i < n; i++)
		bits_put(ret, newer[i].id);
	return true;
}

/* ---- passing along an order */

struct pass {
	const struct crate_order_page *p;
	struct crate_order_newer *newer; /* in order */
	size_t nnewer;
	struct bits moved, anchors; /* those that are newer; those that newer ones stand behind */
	uint64_t seen;              /* crates of the set */
	uint64_t *ids;
	size_t n;
};

static bool is_done(const struct pass *w)
{
	return w->seen == w->p->to;
}

static void meet(struct pass *w, uint64_t id)
{
	if (is_done(w) || (w->p->set && !crate_set_has(w->p->set, id)))
		return;
	if (w->seen++ >= w->p->from)
		w->ids[w->n++] = id;
}

static void meet_newer(struct pass *w, uint64_t after)
{
	for (size_t i = 0; i < w->nnewer; i++)
		if (w->newer[i].after == after)
			meet(w, w->newer[i].id);
}

static void pass_part(struct pass *w, struct text ids)
{
	for (size_t i = 0; i < ids.n / CRATE_ORDER_ID_BYTES && !is_done(w); i++) {
		uint64_t id = crate_order_id(ids.p, i);

		if (!bits_has(&w->moved, id))
			meet(w, id);
		if (bits_has(&w->anchors, id))
			meet_newer(w, id);
	}
}

/* What has come since; *ret false: the order cannot be used. */
static const struct err *begin(struct db *db, struct pass *w, const struct crate_order_head *h,
			       bool *ret)
{
	const struct err *e = db_crate_order_newer(db, w->p->sort, h, &w->newer, &w->nnewer);

	*ret = !e && crate_order_bits(db_arena(db), w->newer, w->nnewer, h->last_id, &w->moved);
	if (!*ret || !w->nnewer)
		return e;
	w->anchors = bits_new(db_arena(db), w->moved.n);
	for (size_t i = 0; i < w->nnewer; i++)
		bits_put(&w->anchors, w->newer[i].after);
	meet_newer(w, 0);
	return NULL;
}

/* About: of names each first byte begins a part. */
static uint64_t part_size(enum crate_sort sort)
{
	return sort == CRATE_BY_NAME ? CRATE_ORDER_PART / 2 : CRATE_ORDER_PART;
}

const struct err *db_crate_order_page(struct db *db, const struct crate_order_page *p,
				      uint64_t *ids, size_t *ret_n, bool *ret_kept)
{
	struct pass w = { .p = p, .ids = ids };
	struct part_row *rows = NULL;
	const struct err *e = NULL;
	uint64_t part = 0, passed = p->to * p->each;
	uint64_t want = (passed + passed / 8 + PASS_SPARE) / part_size(p->sort) + 1;
	uint64_t asked;
	int64_t kept_us = 0;
	size_t n;

	*ret_n = 0;
	*ret_kept = false;
	if (!(1U << p->sort & CRATE_ORDERS))
		return NULL;
	do {
		n = 0;
		asked = want < PARTS_AT_ONCE ? want : PARTS_AT_ONCE;
		want *= 2; /* the next time */
		e = db_all(db, &parts, DB_ARGS(db_u64(p->sort), db_u64(part), db_u64(asked)),
			   sizeof(*rows), &rows, &n);
		if (!e && !part && n) {
			kept_us = rows[0].kept_us;
			e = begin(db, &w, &rows[0].head, ret_kept);
		}
		if (e || !*ret_kept)
			return e;
		for (size_t i = 0; i < n && !is_done(&w); i++) {
			if (rows[i].kept_us != kept_us || rows[i].part != part++) {
				*ret_kept = false; /* kept anew meanwhile */
				return NULL;
			}
			pass_part(&w, rows[i].ids);
		}
	} while (n == asked && !is_done(&w));
	*ret_n = w.n;
	return NULL;
}

const struct db_stmt *const db_crate_order_stmts[] = { &parts,         &newer_names,   &newer_ids,
						       &newer_updated, &newer_created, NULL };
