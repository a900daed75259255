/* handlers/api/crate_search.c - GET /api/v1/crates: what `cargo search` asks */
#include "app/base/arena.h"
#include "app/registry/name.h"
#include "db/search.h"
#include "handlers/api/common.h"
#include "templates/json_crate.h"

enum { REACH = 1000 }; /* no page begins behind so many results */

/* The ids of one page, best first: the exact match stands before all others. */
static size_t page_of(const struct search_result *s, const struct paging *p, uint64_t *ids)
{
	uint64_t from = (p->page - 1) * p->per_page;
	size_t n = 0;

	for (uint64_t i = from; i < from + p->per_page && i < s->n + s->exact.set; i++) {
		if (s->exact.set)
			ids[n++] = i ? s->hits[i - 1].crate_id : s->exact.v;
		else
			ids[n++] = s->hits[i].crate_id;
	}
	return n;
}

/* The query of this request with another page. */
static struct text other_page(struct req *r, uint64_t page)
{
	struct buf b = buf_init(r->arena, 64 * 1024);
	struct text rest = r->query, pair;
	char sep = '?';

	while (text_cut(&rest, '&', &pair)) {
		if (!pair.n || text_starts(pair, TEXT("page=")))
			continue;
		buf_byte(&b, sep);
		buf_add(&b, pair);
		sep = '&';
	}
	buf_byte(&b, sep);
	buf_add(&b, TEXT("page="));
	buf_u64(&b, page);
	return buf_text(&b);
}

static void write_meta(struct req *r, struct jw *j, const struct search_result *s,
		       const struct paging *p, size_t shown)
{
	jw_object(j, "meta");
	jw_u64(j, "total", shown ? s->total : 0);
	jw_text_or_null(j, "next_page",
			shown == p->per_page ? other_page(r, p->page + 1) : TEXT_NONE);
	jw_text_or_null(j, "prev_page",
			p->has_page && p->page > 1 ? other_page(r, p->page - 1) : TEXT_NONE);
	jw_end(j);
}

/* In the order of ids; a crate that was deleted meanwhile is left out. */
static void write_crates(struct req *r, struct jw *j, const struct search_result *s,
			 const uint64_t *ids, size_t n, const struct crate_listed *rows,
			 size_t nrows)
{
	(void)r;
	jw_array(j, "crates");
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < nrows; k++) {
			const struct json_crate_with with = { .tops = &rows[k].tops,
							      .with_recent_downloads = true,
							      .zero_recent_downloads = true,
							      .exact_match = s->exact.set &&
									     ids[i] == s->exact.v };

			if (rows[k].crate.id == ids[i])
				json_crate(j, NULL, &rows[k].crate, &with);
		}
	}
	jw_end(j);
}

static struct reply crate_search(struct req *r)
{
	struct search_result s = { 0 };
	struct crate_listed *rows = NULL;
	uint64_t ids[CRATE_IDS_MAX];
	const struct err *e;
	struct paging p;
	struct text q;
	size_t n, nrows = 0;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = req_query(r, "q", &q);
	if (!e)
		e = req_paging(r, PAGING_PAGE | PAGING_LIMITED, &p);
	if (!e && (p.page - 1) * p.per_page >= REACH)
		e = err_new(r->arena, ERR_INVALID,
			    "Cannot page beyond the first 1000 results when sorting by relevance. "
			    "Please take a look at "
			    "https://crates.io/data-access for alternatives.");
	if (!e && q.n)
		e = db_search(r->db, q, &s);
	if (e)
		return reply_err(r, e);
	n = page_of(&s, &p, ids);
	if (n)
		e = db_crates_listed(r->db, ids, n, &rows, &nrows);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	write_crates(r, &j, &s, ids, n, rows, nrows);
	write_meta(r, &j, &s, &p, n);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route crate_search_routes[] = {
	ROUTE(GET, "/api/v1/crates", crate_search, .auth = AUTH_NONE, .doc = "Search for crates"),
	ROUTE_END,
};
