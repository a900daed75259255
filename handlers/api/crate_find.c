#include "handlers/api/crate_find.h"

#include "app/base/arena.h"
#include "app/base/ids.h"
#include "db/crate_order.h"
#include "db/crate_set.h"
#include "db/crate_traits.h"
#include "db/search.h"

#include <stdlib.h>

/*
 * So many crates are soon found by a walk that looks each up in the filters; from LATE on it is worth two queries to pass them in
 * an order that is kept, and so it is where the keys of MANY would be read (SPARSE: a guess, how many crates stand there for one
 * that was found).
 */
enum { SHORT_PAGE = 20, LATE = 1000, MANY = 500, SPARSE = 100 };

/* Of what has been through the filter. */
static const struct crate_filter no_filter;

static uint64_t offset_of(const struct crates_wanted *w)
{
	return (w->paging.page - 1) * w->paging.per_page;
}

/* Of sorted keys, of which the first has that place in the whole list. */
static void cut(const struct crates_wanted *w, struct crate_key *keys, size_t n, size_t place,
		struct crates_found *ret)
{
	uint64_t from = offset_of(w);

	if (w->has_after)
		from = crate_order_behind(&w->order, keys, n, &w->after);
	else
		from = from > place ? from - place : 0;
	if (from > n)
		from = n;
	ret->keys = keys + from;
	ret->n = n - (size_t)from;
	if (ret->n > w->paging.per_page)
		ret->n = (size_t)w->paging.per_page;
}

/* ---- what a search found */

static int by_id(const void *a, const void *b)
{
	const struct crate_key *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* Those of the candidates that pass the filter, with the keys of the order and what the search knows of them. */
static const struct err *complete(struct req *r, const struct crates_wanted *w,
				  const struct crate_filter *filter, const struct crate_key *found,
				  size_t n, struct crate_key **ret, size_t *ret_n)
{
	struct crate_key *known = arena_array(r->arena, n, sizeof(*known));
	uint64_t *ids = arena_array(r->arena, n, sizeof(*ids));
	const struct err *e;

	for (size_t i = 0; i < n; i++) {
		known[i] = found[i];
		ids[i] = found[i].id;
	}
	e = db_crate_keys(r->db, w->order.by, filter, ids, n, ret, ret_n);
	if (e || !*ret_n)
		return e;
	qsort(known, n, sizeof(*known), by_id);
	for (size_t i = 0; i < *ret_n; i++) {
		const struct crate_key *k = bsearch(&(*ret)[i], known, n, sizeof(*known), by_id);

		if (k) {
			(*ret)[i].score = k->score;
			(*ret)[i].exact = k->exact;
		}
	}
	crate_order_sort(&w->order, *ret, *ret_n);
	return NULL;
}

/* Those of the ids that pass the filters which look at each, ascending; *n becomes how many they are. */
static const struct err *choose(struct req *r, const struct crates_wanted *w, uint64_t *ids,
				size_t *n)
{
	struct crate_traits *traits;
	const struct err *e;
	size_t ntraits, m = 0;

	if (!w->choosy)
		return NULL;
	e = db_crate_traits(r->db, ids, *n, &traits, &ntraits);
	if (e)
		return e;
	for (size_t i = 0; i < ntraits; i++)
		if (search_query_fits(w->choosy, &traits[i]))
			ids[m++] = traits[i].id;
	*n = ids_sort_once(ids, m);
	return NULL;
}

/* The same of what a search has found, whose order stays. */
static const struct err *choose_found(struct req *r, const struct crates_wanted *w,
				      struct crate_key *found, size_t *n)
{
	uint64_t *ids = arena_array(r->arena, *n ? *n : 1, sizeof(*ids));
	size_t nids = *n, m = 0;
	const struct err *e;

	if (!w->choosy)
		return NULL;
	for (size_t i = 0; i < *n; i++)
		ids[i] = found[i].id;
	e = choose(r, w, ids, &nids);
	if (e)
		return e;
	for (size_t i = 0; i < *n; i++)
		if (bsearch(&found[i].id, ids, nids, sizeof(*ids), ids_cmp))
			found[m++] = found[i];
	*n = m;
	return NULL;
}

/* The exact match, then all others, best first. */
static struct crate_key *candidates(struct req *r, const struct search_result *s, size_t *ret_n)
{
	struct crate_key *v = arena_array(r->arena, s->n + 1, sizeof(*v));
	size_t n = 0;

	if (s->exact.set)
		v[n++] = (struct crate_key){ .id = s->exact.v, .exact = true };
	for (size_t i = 0; i < s->n && n < CRATE_SET_MAX; i++)
		v[n++] = (struct crate_key){ .id = s->hits[i].crate_id, .score = s->hits[i].score };
	*ret_n = n;
	return v;
}

/* Of what was found, that which is in the set too. */
static size_t keep_of_set(const struct crate_set *s, struct crate_key *found, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (crate_set_has(s, found[i].id))
			found[kept++] = found[i];
	return kept;
}

/* Whether two candidates are alike before their further keys are looked at; negative: a is better. */
static int rank_cmp(const struct crate_key *a, const struct crate_key *b)
{
	if (a->exact != b->exact)
		return a->exact ? -1 : 1;
	return (a->score < b->score) - (a->score > b->score);
}

static size_t end_of_rank(const struct crate_key *v, size_t n, size_t i)
{
	while (i > 0 && i < n && !rank_cmp(&v[i], &v[i - 1]))
		i++;
	return i;
}

/*
 * By relevance and unfiltered, the further keys only matter among those that are equally good: they are read for those
 * around the page alone.
 */
static const struct err *by_rank(struct req *r, const struct crates_wanted *w,
				 const struct crate_key *v, size_t n, struct crates_found *ret)
{
	uint64_t offset = offset_of(w);
	size_t per_page = (size_t)w->paging.per_page;
	size_t from = offset < n ? (size_t)offset : n, to;
	struct crate_key *keys;
	const struct err *e;
	size_t nkeys;

	if (w->has_after) {
		for (from = 0; from < n && rank_cmp(&v[from], &w->after) < 0; from++)
			;
		for (to = from; to < n && !rank_cmp(&v[to], &w->after); to++)
			;
	} else {
		to = from;
		while (from > 0 && from < n && !rank_cmp(&v[from], &v[from - 1]))
			from--;
	}
	to = end_of_rank(v, n, to + per_page < n ? to + per_page : n);
	e = complete(r, w, &no_filter, v + from, to - from, &keys, &nkeys);
	if (!e)
		cut(w, keys, nkeys, from, ret);
	return e;
}

/* In another order that is kept: it is passed along until the page is there, and then its keys are read, not those of all. */
static const struct err *by_order(struct req *r, const struct crates_wanted *w, struct crate_key *v,
				  size_t n, struct crates_found *ret, bool *ret_kept)
{
	uint64_t found[CRATE_IDS_MAX], *ids;
	struct crate_order_page p = { .sort = w->order.by, .from = offset_of(w), .each = SPARSE };
	struct crate_set set;
	const struct err *e;
	size_t nfound, m = 0;

	*ret_kept = false;
	if (w->has_after || n < MANY || p.from >= n)
		return NULL;
	ids = arena_array(r->arena, n, sizeof(*ids));
	for (size_t i = 0; i < n; i++)
		ids[i] = v[i].id;
	set = crate_set_of_ids(r->arena, ids, n);
	p.set = &set;
	p.to = n - p.from < w->paging.per_page ? n : p.from + w->paging.per_page;
	e = db_crate_order_page(r->db, &p, found, &nfound, ret_kept);
	if (e || !*ret_kept)
		return e;
	set = crate_set_of_ids(r->arena, found, nfound);
	m = keep_of_set(&set, v, n);
	return complete(r, w, &no_filter, v, m, &ret->keys, &ret->n);
}

/* What may be found: a set of ids where the filter makes one. */
static const struct err *set_of(struct req *r, const struct crates_wanted *w, struct crate_set *ret)
{
	const struct err *e;

	if (!w->by_names)
		return db_crate_set(r->db, &w->filter, ret);
	*ret = (struct crate_set){ .read = true, .rest = w->filter };
	ret->ids = arena_array(r->arena, CRATE_SET_MAX, sizeof(*ret->ids));
	e = db_crate_ids(r->db, w->names.v, w->names.n, ret->ids, &ret->n);
	if (!e)
		ret->n = ids_sort_once(ret->ids, ret->n);
	return e;
}

static const struct err *search(struct req *r, const struct crates_wanted *w,
				struct crates_found *ret)
{
	struct crate_key *found, *keys;
	struct search_result s;
	struct crate_set set;
	const struct err *e;
	size_t n, nkeys;
	bool small, all, kept = false;

	e = set_of(r, w, &set);
	if (e)
		return e;
	small = set.read && set.n <= CRATE_SET_MAX;
	if (small)
		e = db_search_within(r->db, w->q, set.ids, set.n, &s);
	else
		e = db_search(r->db, w->q, &s);
	if (e)
		return e;
	found = candidates(r, &s, &n);
	if (set.read && !small)
		n = keep_of_set(&set, found, n);
	e = choose_found(r, w, found, &n);
	if (e)
		return e;
	all = !set.read && crate_filter_is_empty(&w->filter) && !w->choosy;
	ret->total = all ? s.total : n;
	if (crate_filter_is_empty(&set.rest) && w->order.by == CRATE_BY_RELEVANCE)
		return by_rank(r, w, found, n, ret);
	if (crate_filter_is_empty(&set.rest))
		e = by_order(r, w, found, n, ret, &kept);
	if (e || kept)
		return e;
	e = complete(r, w, &set.rest, found, n, &keys, &nkeys);
	if (e)
		return e;
	cut(w, keys, nkeys, 0, ret);
	if (!all)
		ret->total = nkeys;
	return NULL;
}

/* ---- lists */

/* The keys of these, all or one page of them, in order. */
static const struct err *sorted_keys(struct req *r, const struct crates_wanted *w,
				     const struct crate_filter *filter, const uint64_t *ids,
				     size_t n, struct crate_key **ret, size_t *ret_n)
{
	const struct err *e = db_crate_keys(r->db, w->order.by, filter, ids, n, ret, ret_n);

	if (!e)
		crate_order_sort(&w->order, *ret, *ret_n);
	return e;
}

/* A late page of all crates, where their order is kept: it costs no more than the first. */
static const struct err *of_order(struct req *r, const struct crates_wanted *w,
				  struct crates_found *ret, bool *ret_kept)
{
	struct crate_order_page p = { .sort = w->order.by, .from = offset_of(w), .each = 1 };
	uint64_t ids[CRATE_IDS_MAX];
	const struct err *e;
	size_t n;

	*ret_kept = false;
	if (!crate_filter_is_empty(&w->filter) || w->has_after || p.from < LATE)
		return NULL;
	p.to = p.from + w->paging.per_page;
	e = db_crate_order_page(r->db, &p, ids, &n, ret_kept);
	if (e || !*ret_kept)
		return e;
	return sorted_keys(r, w, &w->filter, ids, n, &ret->keys, &ret->n);
}

static const struct err *of_set(struct req *r, const struct crates_wanted *w,
				const struct crate_set *set, struct crates_found *ret)
{
	uint64_t ids[CRATE_IDS_MAX];
	struct crate_key *keys;
	const struct err *e = NULL;
	size_t n = 0;
	bool found = false;

	if (set->n >= MANY && set->crates && !w->has_after && crate_filter_is_empty(&set->rest))
		e = db_crate_set_page(r->db, w->order.by, set, w->paging.per_page, offset_of(w),
				      ids, &n, &found);
	if (!e && found) {
		ret->total = set->n;
		return sorted_keys(r, w, &set->rest, ids, n, &ret->keys, &ret->n);
	}
	if (!e)
		e = sorted_keys(r, w, &set->rest, set->ids, set->n, &keys, &n);
	if (e)
		return e;
	cut(w, keys, n, 0, ret);
	ret->total = n;
	return NULL;
}

static const struct err *list(struct req *r, const struct crates_wanted *w,
			      struct crates_found *ret)
{
	struct crate_set set;
	const struct err *e = set_of(r, w, &set);
	bool small, whole, begins, kept;

	if (e)
		return e;
	small = set.read && set.n <= CRATE_SET_MAX;
	whole = set.read && crate_filter_is_empty(&set.rest);
	begins = w->has_after || (w->paging.page == 1 && w->paging.per_page <= SHORT_PAGE);
	if (small)
		e = choose(r, w, set.ids, &set.n);
	if (e)
		return e;
	if (small || (whole && !begins))
		return of_set(r, w, &set, ret);
	e = of_order(r, w, ret, &kept);
	if (!e && !kept)
		e = db_crate_walk(r->db, w->order.by, &w->filter, w->has_after ? &w->after : NULL,
				  w->paging.per_page, offset_of(w), &ret->keys, &ret->n);
	if (e || whole) {
		ret->total = set.n;
		return e;
	}
	return db_crate_count(r->db, &w->filter, &ret->total);
}

const struct err *crates_find(struct req *r, const struct crates_wanted *w,
			      struct crates_found *ret)
{
	struct crates_found f = { 0 };
	uint64_t ids[CRATE_IDS_MAX];
	const struct err *e = NULL;

	if (!w->nothing)
		e = w->q.p ? search(r, w, &f) : list(r, w, &f);
	for (size_t i = 0; !e && i < f.n; i++)
		ids[i] = f.keys[i].id;
	if (!e && f.n)
		e = db_crate_views(r->db, ids, f.n, &f.rows, &f.nrows);
	if (!e)
		*ret = f;
	return e;
}

const struct crate_view *crates_found_row(const struct crates_found *f, size_t i)
{
	return crate_view_find(f->rows, f->nrows, f->keys[i].id);
}
