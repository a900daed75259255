#include "handlers/web/feed_newest.h"

#include "db/crate_set.h"
#include "handlers/api/crate_order.h"

const struct err *feed_newest_of(struct req *r, const struct crate_filter *filter,
				 struct feed_items *ret)
{
	static const struct crate_order order = { .by = CRATE_BY_UPDATE };
	uint64_t newest[FEED_CRATE_IDS];
	struct crate_key *keys = NULL;
	struct crate_set set;
	size_t n = 0;
	const struct err *e = db_crate_set(r->db, filter, &set);

	if (!e && set.read && set.n <= CRATE_SET_MAX) {
		e = db_crate_keys(r->db, order.by, &set.rest, set.ids, set.n, &keys, &n);
		if (!e)
			crate_order_sort(&order, keys, n);
	} else if (!e) { /* many pass: a walk has soon found enough */
		e = db_crate_walk(r->db, order.by, filter, NULL, FEED_CRATE_IDS, 0, &keys, &n);
	}
	if (e)
		return e;
	if (n > FEED_CRATE_IDS)
		n = FEED_CRATE_IDS;
	for (size_t i = 0; i < n; i++)
		newest[i] = keys[i].id;
	return n ? db_feed_newest(r->db, newest, n, ret) : NULL;
}
