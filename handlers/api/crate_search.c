/* handlers/api/crate_search.c - GET /api/v1/crates: lists and searches (contract/api.md 9) */
#include "app/base/arena.h"
#include "db/search.h"
#include "handlers/api/crate_wanted.h"
#include "templates/json_crate.h"

#include <stdlib.h>

/* One page, and how many there are in all. */
struct page {
	struct crate_key *keys;
	size_t n;
	uint64_t total;
};

/* Of sorted keys, of which the first has that place in the whole list. */
static void cut(const struct crates_wanted *w, struct crate_key *keys, size_t n, size_t place,
		struct page *ret)
{
	uint64_t from = (w->paging.page - 1) * w->paging.per_page;

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
				 const struct crate_key *v, size_t n, struct page *ret)
{
	uint64_t offset = (w->paging.page - 1) * w->paging.per_page;
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
	e = complete(r, w, &w->filter, v + from, to - from, &keys, &nkeys);
	if (!e)
		cut(w, keys, nkeys, from, ret);
	return e;
}

/* What may be found: a set of ids where the filter makes one. */
static const struct err *set_of(struct req *r, const struct crates_wanted *w,
				uint64_t ids[CRATE_SET_MAX], size_t *ret_n, bool *ret_fits,
				struct crate_filter *ret_rest)
{
	*ret_fits = true;
	*ret_rest = w->filter;
	if (w->by_names)
		return db_crate_ids(r->db, w->names.v, w->names.n, ids, ret_n);
	return db_crate_set(r->db, &w->filter, ids, ret_n, ret_fits, ret_rest);
}

static const struct err *search(struct req *r, const struct crates_wanted *w, struct page *ret)
{
	uint64_t ids[CRATE_SET_MAX];
	struct crate_filter rest;
	struct crate_key *found, *keys;
	struct search_result s;
	const struct err *e;
	size_t n, nkeys;
	bool fits, all;

	e = set_of(r, w, ids, &n, &fits, &rest);
	if (!e && fits)
		e = db_search_within(r->db, w->q, ids, n, &s);
	else if (!e)
		e = db_search(r->db, w->q, &s);
	if (e)
		return e;
	found = candidates(r, &s, &n);
	all = !fits && crate_filter_is_empty(&w->filter);
	if (w->order.by == CRATE_BY_RELEVANCE && all) {
		ret->total = s.total;
		return by_rank(r, w, found, n, ret);
	}
	e = complete(r, w, &rest, found, n, &keys, &nkeys);
	if (e)
		return e;
	cut(w, keys, nkeys, 0, ret);
	ret->total = all ? s.total : nkeys;
	return NULL;
}

/* ---- lists */

static const struct err *of_set(struct req *r, const struct crates_wanted *w,
				const struct crate_filter *filter, const uint64_t *ids, size_t n,
				struct page *ret)
{
	struct crate_key *keys;
	const struct err *e;
	size_t nkeys;

	e = db_crate_keys(r->db, w->order.by, filter, ids, n, &keys, &nkeys);
	if (e)
		return e;
	crate_order_sort(&w->order, keys, nkeys);
	cut(w, keys, nkeys, 0, ret);
	ret->total = nkeys;
	return NULL;
}

static const struct err *list(struct req *r, const struct crates_wanted *w, struct page *ret)
{
	uint64_t ids[CRATE_SET_MAX];
	struct crate_filter rest;
	const struct err *e;
	bool fits;
	size_t n;

	e = set_of(r, w, ids, &n, &fits, &rest);
	if (e)
		return e;
	if (fits)
		return of_set(r, w, &rest, ids, n, ret);
	e = db_crate_walk(r->db, w->order.by, &w->filter, w->has_after ? &w->after : NULL,
			  w->paging.per_page, (w->paging.page - 1) * w->paging.per_page, &ret->keys,
			  &ret->n);
	if (!e && ret->n)
		e = db_crate_count(r->db, &w->filter, &ret->total);
	return e;
}

/* ---- the answer */

static void write_crates(struct jw *j, const struct page *p, const struct crate_listed *rows,
			 size_t nrows)
{
	jw_array(j, "crates");
	for (size_t i = 0; i < p->n; i++) {
		const struct crate_listed *c = crate_listed_find(rows, nrows, p->keys[i].id);

		if (c) /* not deleted meanwhile */
			json_crate(j, NULL, &c->crate,
				   &(struct json_crate_with){ .tops = &c->tops,
							      .with_recent_downloads = true,
							      .zero_recent_downloads = true,
							      .exact_match = p->keys[i].exact });
	}
	jw_end(j);
}

static void write_meta(struct req *r, struct jw *j, const struct crates_wanted *w,
		       const struct page *p)
{
	struct text next = TEXT_NONE, prev = TEXT_NONE;
	uint64_t page = w->paging.page;

	if (p->n == w->paging.per_page && w->paging.has_page)
		next = req_page_link(r, "page",
				     text_fmt(r->arena, "%llu", (unsigned long long)page + 1));
	else if (p->n == w->paging.per_page)
		next = req_page_link(r, "seek",
				     crate_order_seek(r->arena, &w->order, &p->keys[p->n - 1]));
	if (w->paging.has_page && page > 1)
		prev = req_page_link(r, "page",
				     text_fmt(r->arena, "%llu", (unsigned long long)page - 1));
	jw_object(j, "meta");
	jw_u64(j, "total", p->n ? p->total : 0);
	jw_text_or_null(j, "next_page", next);
	jw_text_or_null(j, "prev_page", prev);
	jw_end(j);
}

static struct reply crate_search(struct req *r)
{
	struct crate_listed *rows = NULL;
	struct crates_wanted w;
	struct page p = { 0 };
	uint64_t ids[CRATE_IDS_MAX];
	size_t nrows = 0;
	struct reply rp;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = crates_wanted_read(r, &w);

	if (!e && !w.nothing)
		e = w.q.p ? search(r, &w, &p) : list(r, &w, &p);
	for (size_t i = 0; !e && i < p.n; i++)
		ids[i] = p.keys[i].id;
	if (!e && p.n)
		e = db_crates_listed(r->db, ids, p.n, &rows, &nrows);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	write_crates(&j, &p, rows, nrows);
	write_meta(r, &j, &w, &p);
	jw_end(&j);
	rp = reply_jw(r, 200, &j);
	if (w.personal && rp.status == 200)
		reply_header(&rp, "Cache-Control", TEXT("no-store"));
	return rp;
}

const struct route crate_search_routes[] = {
	ROUTE(GET, "/api/v1/crates", crate_search, .auth = AUTH_NONE,
	      .doc = "Search for crates, and lists of them"),
	ROUTE_END,
};
