#include "handlers/web/feed_newest.h"

#include "db/crate_set.h"
#include "handlers/api/crate_order.h"

/* Of very many, by the order: few are passed until enough are found. */
static const struct err *of_many(struct req *r, const struct crate_filter *filter,
				 const struct crate_set *set, uint64_t *ids, size_t *ret_n)
{
	struct crate_key *keys = NULL;
	const struct err *e = NULL;
	bool found = false;

	if (set->read && crate_filter_is_empty(&set->rest))
		e = db_crate_set_page(r->db, CRATE_BY_UPDATE, set, FEED_CRATE_IDS, 0, ids, ret_n,
				      &found);
	if (e || found)
		return e;
	e = db_crate_walk(r->db, CRATE_BY_UPDATE, filter, NULL, FEED_CRATE_IDS, 0, &keys, ret_n);
	for (size_t i = 0; !e && i < *ret_n; i++)
		ids[i] = keys[i].id;
	return e;
}

static const struct err *of_few(struct req *r, const struct crate_set *set, uint64_t *ids,
				size_t *ret_n)
{
	static const struct crate_order order = { .by = CRATE_BY_UPDATE };
	struct crate_key *keys = NULL;
	size_t n = 0;
	const struct err *e =
		db_crate_keys(r->db, order.by, &set->rest, set->ids, set->n, &keys, &n);

	if (e)
		return e;
	crate_order_sort(&order, keys, n);
	*ret_n = n < FEED_CRATE_IDS ? n : FEED_CRATE_IDS;
	for (size_t i = 0; i < *ret_n; i++)
		ids[i] = keys[i].id;
	return NULL;
}

const struct err *feed_newest_of(struct req *r, const struct crate_filter *filter,
				 struct feed_items *ret)
{
	uint64_t newest[FEED_CRATE_IDS];
	struct crate_set set;
	size_t n = 0;
	const struct err *e = db_crate_set(r->db, filter, &set);

	if (!e)
		e = set.read && set.n <= CRATE_SET_MAX ? of_few(r, &set, newest, &n)
						       : of_many(r, filter, &set, newest, &n);
	return e || !n ? e : db_feed_newest(r->db, newest, n, ret);
}
