/*
 * The order of all crates by name, downloads, recent downloads, update and creation, kept as lists of ids: what stands late in a
 * list is found by passing 4 bytes a crate (a ms for 100,000) in place of an entry of an index (0.2 µs each). A job keeps them
 * (db/crate_order_keep.c); what has come since stands in the database and is put in its place when a page is read, so a page is
 * the same as by walking the index. An order that changes in any other way is not used until the job has kept it anew.
 */
#pragma once

#include "app/base/bits.h"
#include "db/crate_list.h"

struct crate_set;

/* Registries with fewer crates keep none. More new crates, or updated ones, than CRATE_ORDER_NEWER: not used until kept anew. */
enum { CRATE_ORDER_MIN = 1000, CRATE_ORDER_NEWER = 1000 };

/* Those that are kept, as masks: 1 << enum crate_sort. */
enum {
	CRATE_ORDERS_OF_DOWNLOADS = 1 << CRATE_BY_DOWNLOADS | 1 << CRATE_BY_RECENT_DOWNLOADS,
	CRATE_ORDERS_OF_TIME = 1 << CRATE_BY_UPDATE | 1 << CRATE_BY_CREATION,
	CRATE_ORDERS = 1 << CRATE_BY_NAME | CRATE_ORDERS_OF_DOWNLOADS | CRATE_ORDERS_OF_TIME,
};

/*
 * Ids of a page in order, those of the set from the from-th (0 is the first) to before the to-th; set NULL: of all crates. ids
 * has room for to - from. *ret_kept is false, and nothing found, where the order is not kept. each: how many crates stand in the
 * order for one of the set, about. Two queries, more where the guess is wrong.
 */
struct crate_order_page {
	enum crate_sort sort;
	const struct crate_set *set;
	uint64_t from, to, each;
};
const struct err *must_use db_crate_order_page(struct db *db, const struct crate_order_page *p,
					       uint64_t *ids, size_t *ret_n, bool *ret_kept);

/*
 * Within the transaction that changes these orders other than by publishing now (a crate is deleted, downloads are counted, the
 * past is imported), or alone to have them kept anew: they are not used from then on, until the job keeps them, a minute later.
 */
const struct err *must_use db_crate_orders_changed(struct db *db, unsigned orders);

/*
 * Keeps each order anew, in a transaction of its own, that has changed or since which a tenth of CRATE_ORDER_NEWER have come.
 * *ret_n: how many orders. Memory: 8 bytes a crate.
 */
const struct err *must_use db_crate_orders_keep(struct db *db, int64_t now_us, uint64_t *ret_n);

/*
 * Whether an order that is kept is what its index says; true for one that is not kept. It reads all of it: for fsck. What is wrong
 * is mended by db_crate_orders_changed.
 */
const struct err *must_use db_crate_order_is_right(struct db *db, enum crate_sort sort, bool *ret);

/* ---- of both sides: ids as crate_order_parts has them, 4 bytes each, the lowest first */

enum { CRATE_ORDER_ID_BYTES = 4, CRATE_ORDER_PART = 4000 };

uint64_t crate_order_id(const void *ids, size_t i);
void crate_order_put_id(void *ids, size_t i, uint64_t id);

/*
 * What has come since an order was kept, with the crate that each stands behind (0: at the front), in order; more than
 * CRATE_ORDER_NEWER rows are too many. The head is what crate_orders says.
 */
struct crate_order_head {
	uint64_t last_id; /* no crate with a higher id is in */
	int64_t until_us; /* of orders by time: no crate of that time or later is in */
	uint64_t
		newer_after; /* of orders by downloads: the last crate that has more than a new one; 0 for none */
};
struct crate_order_newer {
	uint64_t id, after;
};
const struct err *must_use db_crate_order_newer(struct db *db, enum crate_sort sort,
						const struct crate_order_head *h,
						struct crate_order_newer **ret, size_t *ret_n);

/* The newer ones as bits, for ids up to the highest of all; false where they are too many or too large: then an order is not used. */
bool crate_order_bits(struct arena *a, const struct crate_order_newer *newer, size_t n,
		      uint64_t last_id, struct bits *ret);

extern const struct db_stmt *const db_crate_order_stmts[];
extern const struct db_stmt *const db_crate_order_keep_stmts[];
