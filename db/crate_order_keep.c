/* The orders of db/crate_order.h, kept. */
#include "db/crate_order.h"

#include "app/base/arena.h"
#include "app/base/bits.h"
#include "app/base/time.h"

/*
 * What a transaction under way may still say of an earlier time has this long to be said; crates that are being inserted have an
 * id among so many of the last.
 */
enum { STILL_OPEN_S = 60, LAST_IDS = 1000, CRATES_AT_FIRST = 1024 };

/* clang-format off */

static const struct db_stmt changed = {
	.name = "crate_orders_changed",
	.sql = "UPDATE crate_orders SET changes = changes + 1 WHERE (? >> sort) & 1",
	.in = { DB_U64 },
	.scan_ok = true, /* five rows */
};

struct state_row {
	uint64_t changes, crates, max_id;
	struct opt_u64 kept;
	int64_t kept_us;
	struct crate_order_head head;
};

static const struct db_stmt state = {
	.name = "crate_order_state",
	.sql = "SELECT changes, kept, kept_us, last_id, until_us, newer_after,"
	       "       CAST(COALESCE((SELECT num_crates FROM metadata WHERE id = 1), 0) AS UNSIGNED) AS crates,"
	       "       CAST(COALESCE((SELECT MAX(id) FROM crates), 0) AS UNSIGNED) AS max_id"
	       "  FROM crate_orders WHERE sort = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct state_row, changes), DB_COL(struct state_row, kept),
		 DB_COL(struct state_row, kept_us), DB_COL_AS(struct state_row, head.last_id, "last_id"), DB_COL_AS(struct state_row, head.until_us, "until_us"),
		 DB_COL_AS(struct state_row, head.newer_after, "newer_after"),
		 DB_COL(struct state_row, crates), DB_COL(struct state_row, max_id) },
};

struct count_row {
	uint64_t n;
};

/* Waits for crates that are being inserted with ids up to the highest: afterwards they are there, or never will be. */
static const struct db_stmt decided = {
	.name = "crate_order_decided",
	.sql = "SELECT COUNT(*) AS n FROM crates FORCE INDEX (PRIMARY) WHERE id > ? AND id <= ? LOCK IN SHARE MODE",
	.in = { DB_U64, DB_U64 },
	.out = { { "n", 0, DB_I64 } },
};

struct place {
	uint64_t id;
	struct opt_i64 number; /* downloads, µs; of a name its first byte */
};

#define PLACES(what, crate, key, from, order) \
	{ \
		.name = "crate_order_" what, \
		.sql = "SELECT " crate " AS id, CAST(" key " AS SIGNED) AS number FROM " from " ORDER BY " order, \
		.out = { DB_COL(struct place, id), DB_COL(struct place, number) }, .scan_ok = true, \
	}
#define BY(table, index) table " FORCE INDEX (" index ")"

static const struct db_stmt places[CRATE_BY_DEPENDENTS] = {
	[CRATE_BY_NAME] = PLACES("by_name", "id", "ASCII(name)", BY("crates", "crates_name"), "name"),
	[CRATE_BY_DOWNLOADS] = PLACES("by_downloads", "crate_id", "downloads",
		BY("crate_downloads", "crate_downloads_downloads"), "downloads DESC, crate_id DESC"),
	[CRATE_BY_RECENT_DOWNLOADS] = PLACES("by_recent_downloads", "crate_id", "downloads",
		BY("recent_crate_downloads", "recent_crate_downloads_downloads"), "downloads DESC, crate_id DESC"),
	[CRATE_BY_UPDATE] = PLACES("by_update", "id", "updated_us", BY("crates", "crates_updated"), "updated_us DESC, id DESC"),
	[CRATE_BY_CREATION] = PLACES("by_creation", "id", "created_us", BY("crates", "crates_created"),
		"created_us DESC, id DESC"),
};
/* clang-format on */

struct lock_row {
	uint64_t changes;
	int64_t kept_us;
};

static const struct db_stmt lock = {
	.name = "crate_order_lock",
	.sql = "SELECT changes, CAST(COALESCE(GREATEST(kept_us + 1, CAST(? AS SIGNED)), 0) AS "
	       "SIGNED) AS kept_us FROM crate_orders WHERE sort = "
	       "? FOR UPDATE",
	.in = { DB_I64, DB_U64 },
	.out = { DB_COL(struct lock_row, changes), DB_COL(struct lock_row, kept_us) },
};

static const struct db_stmt part_put = {
	.name = "crate_order_part_put",
	.sql = "INSERT INTO crate_order_parts (sort, part, ids, letter, kept_us) VALUES (?, ?, ?, "
	       "?, ?)"
	       " ON DUPLICATE KEY UPDATE ids = VALUES(ids), letter = VALUES(letter), kept_us = "
	       "VALUES(kept_us)",
	.in = { DB_U64, DB_U64, DB_TEXT, DB_TEXT, DB_I64 },
};

static const struct db_stmt parts_drop = {
	.name = "crate_order_parts_drop",
	.sql = "DELETE FROM crate_order_parts WHERE sort = ? AND part >= ?",
	.in = { DB_U64, DB_U64 },
};

struct part_row {
	struct text ids, letter;
};

static const struct db_stmt stored = {
	.name = "crate_order_stored",
	.sql = "SELECT ids, letter FROM crate_order_parts WHERE sort = ? ORDER BY part",
	.in = { DB_U64 },
	.out = { DB_COL(struct part_row, ids), DB_COL(struct part_row, letter) },
};

static const struct db_stmt head_put = {
	.name = "crate_order_head_put",
	.sql = "UPDATE crate_orders SET kept = ?, kept_us = ?, last_id = ?,"
	       " until_us = ?, newer_after = ? WHERE sort = ?",
	.in = { DB_U64, DB_I64, DB_U64, DB_I64, DB_U64, DB_U64 },
};

const struct err *db_crate_orders_changed(struct db *db, unsigned orders)
{
	return db_exec(db, &changed, DB_ARGS(db_u64(orders)), NULL);
}

/* ---- reading an order */

struct keeping {
	enum crate_sort sort;
	int64_t now_us;
	uint64_t changes;
	struct crate_order_head head;
	struct arena *a;
	unsigned char *ids;
	char *letters; /* of names, the first byte of each */
	size_t n, room;
	bool fits; /* all ids into their bytes */
};

static bool is_newer(const struct keeping *k, const struct place *p)
{
	if (1U << k->sort & CRATE_ORDERS_OF_TIME)
		return p->number.v >= k->head.until_us;
	return p->id > k->head.last_id;
}

static void grow(struct keeping *k)
{
	size_t room = k->room ? 2 * k->room : CRATES_AT_FIRST;

	k->ids = arena_grow(k->a, k->ids, k->room * CRATE_ORDER_ID_BYTES,
			    room * CRATE_ORDER_ID_BYTES);
	k->letters = arena_grow(k->a, k->letters, k->room, room);
	k->room = room;
}

static const struct err *add(void *ctx, const void *row)
{
	struct keeping *k = ctx;
	const struct place *p = row;

	if (is_newer(k, p))
		return NULL;
	if (k->n == k->room)
		grow(k);
	k->letters[k->n] = k->sort == CRATE_BY_NAME ? (char)p->number.v : '\0';
	crate_order_put_id(k->ids, k->n++, p->id);
	k->fits = k->fits && p->id <= UINT32_MAX;
	/* A new crate has no recent downloads yet, which is less than none of them, and 0 in all. */
	if (k->sort == CRATE_BY_RECENT_DOWNLOADS ? p->number.set : p->number.v > 0)
		k->head.newer_after = p->id;
	return NULL;
}

/* ---- writing it */

/* How many of those from `from` on make a part: all of one first byte. */
static size_t part_size(const struct keeping *k, size_t from)
{
	size_t n = 1;

	while (n < CRATE_ORDER_PART && from + n < k->n && k->letters[from + n] == k->letters[from])
		n++;
	return n;
}

static const struct err *write_parts(struct db *db, const struct keeping *k, int64_t kept_us)
{
	struct db_val sort = db_u64(k->sort);
	const struct err *e = NULL;
	uint64_t part = 0;
	size_t some;

	for (size_t from = 0; !e && from < k->n; from += some, part++) {
		struct text ids = { (const char *)k->ids + from * CRATE_ORDER_ID_BYTES, 0 };
		struct text letter = { k->letters + from, k->sort == CRATE_BY_NAME };

		some = part_size(k, from);
		ids.n = some * CRATE_ORDER_ID_BYTES;
		e = db_exec(
			db, &part_put,
			DB_ARGS(sort, db_u64(part), db_text(ids), db_text(letter), db_i64(kept_us)),
			NULL);
	}
	return e ? e : db_exec(db, &parts_drop, DB_ARGS(sort, db_u64(part)), NULL);
}

/* Not where it has changed while it was read: the job will be back. */
static const struct err *write_order(struct db *db, void *ctx)
{
	const struct keeping *k = ctx;
	struct lock_row row;
	const struct err *e = db_one(db, &lock, DB_ARGS(db_i64(k->now_us), db_u64(k->sort)), &row);

	if (e || row.changes != k->changes)
		return e;
	e = write_parts(db, k, row.kept_us);
	if (e)
		return e;
	return db_exec(db, &head_put,
		       DB_ARGS(db_u64(k->changes), db_i64(row.kept_us), db_u64(k->head.last_id),
			       db_i64(k->head.until_us), db_u64(k->head.newer_after),
			       db_u64(k->sort)),
		       NULL);
}

/* Whether the order as it is kept lacks little. */
static const struct err *is_fresh(struct db *db, enum crate_sort sort, const struct state_row *s,
				  bool *ret)
{
	struct crate_order_newer *newer;
	const struct err *e;
	size_t n;

	*ret = false;
	if (!s->kept.set || s->kept.v != s->changes)
		return NULL;
	e = db_crate_order_newer(db, sort, &s->head, &newer, &n);
	*ret = !e && n < CRATE_ORDER_NEWER / 10;
	return e;
}

static const struct err *keep(struct db *db, struct keeping *k, bool *ret)
{
	struct state_row s;
	struct count_row waited;
	struct place row;
	const struct err *e = db_one(db, &state, DB_ARGS(db_u64(k->sort)), &s);
	uint64_t from;
	bool fresh;

	*ret = false;
	if (!e)
		e = is_fresh(db, k->sort, &s, &fresh);
	if (e || fresh || s.crates < CRATE_ORDER_MIN)
		return e;
	k->changes = s.changes;
	k->head.last_id = s.max_id;
	k->head.until_us = k->now_us - STILL_OPEN_S * US_PER_S;
	from = s.max_id > LAST_IDS ? s.max_id - LAST_IDS : 0;
	e = db_one(db, &decided, DB_ARGS(db_u64(from), db_u64(s.max_id)), &waited);
	if (!e)
		e = db_each(db, &places[k->sort], DB_NO_ARGS, &row, add, k);
	*ret = !e && k->fits;
	return *ret ? db_tx(db, write_order, k) : e;
}

const struct err *db_crate_orders_keep(struct db *db, int64_t now_us, uint64_t *ret_n)
{
	const struct err *e = NULL;

	*ret_n = 0;
	for (enum crate_sort sort = 0; !e && 1U << sort <= CRATE_ORDERS; sort++) {
		struct keeping k = {
			.sort = sort, .now_us = now_us, .a = arena_new(0), .fits = true
		};
		bool kept;

		e = keep(db, &k, &kept);
		*ret_n += !e && kept;
		arena_free(k.a);
	}
	return e;
}

/* ---- proving it */

struct proof {
	const struct keeping *k; /* the order as it is now, without what is newer */
	struct bits newer;
	size_t at; /* so many of it have been met */
	bool right;
};

static void skip_newer(struct proof *p)
{
	while (p->at < p->k->n && bits_has(&p->newer, crate_order_id(p->k->ids, p->at)))
		p->at++;
}

/* Whether the next one has this id, and a name that begins as all of its part do. */
static bool is_next(struct proof *p, uint64_t id, struct text letter)
{
	size_t at = p->at++;

	if (at >= p->k->n || crate_order_id(p->k->ids, at) != id)
		return false;
	return p->k->sort != CRATE_BY_NAME || (letter.n == 1 && letter.p[0] == p->k->letters[at]);
}

static const struct err *compare(void *ctx, const void *row)
{
	const struct part_row *part = row;
	struct proof *p = ctx;

	for (size_t i = 0; i < part->ids.n / CRATE_ORDER_ID_BYTES && p->right; i++) {
		uint64_t id = crate_order_id(part->ids.p, i);

		if (bits_has(&p->newer, id))
			continue;
		skip_newer(p);
		p->right = is_next(p, id, part->letter);
	}
	return NULL;
}

/* What is newer is read after the order: it may stand in either, in an older place. */
static const struct err *prove(struct db *db, struct keeping *k, bool *ret)
{
	struct proof p = { .k = k, .right = true };
	struct crate_order_newer *newer;
	struct part_row part;
	struct place row;
	size_t n;
	const struct err *e = db_each(db, &places[k->sort], DB_NO_ARGS, &row, add, k);

	if (!e)
		e = db_crate_order_newer(db, k->sort, &k->head, &newer, &n);
	if (e || !crate_order_bits(k->a, newer, n, k->head.last_id, &p.newer))
		return e;
	e = db_each(db, &stored, DB_ARGS(db_u64(k->sort)), &part, compare, &p);
	skip_newer(&p);
	*ret = p.right && p.at == k->n;
	return e;
}

const struct err *db_crate_order_is_right(struct db *db, enum crate_sort sort, bool *ret)
{
	struct keeping k = { .sort = sort, .a = arena_new(0), .fits = true };
	struct state_row before, after;
	const struct err *e = db_one(db, &state, DB_ARGS(db_u64(sort)), &before);

	*ret = true;
	if (!e && before.kept.set && before.kept.v == before.changes) {
		k.head = before.head;
		e = prove(db, &k, ret);
		if (!e && !*ret) /* unless it changed, or was kept anew, meanwhile */
			e = db_one(db, &state, DB_ARGS(db_u64(sort)), &after);
		if (!e && !*ret)
			*ret = after.changes != before.changes || after.kept_us != before.kept_us;
	}
	arena_free(k.a);
	return e;
}

/* clang-format off */
const struct db_stmt *const db_crate_order_keep_stmts[] = {
	&changed, &state, &decided,
	&places[CRATE_BY_NAME], &places[CRATE_BY_DOWNLOADS], &places[CRATE_BY_RECENT_DOWNLOADS], &places[CRATE_BY_UPDATE],
	&places[CRATE_BY_CREATION],
	&lock, &part_put, &parts_drop, &stored, &head_put, NULL
};
/* clang-format on */
