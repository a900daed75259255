/* handlers/api/crate_search.c - GET /api/v1/crates: lists and searches (contract/api.md 9) */
#include "app/base/arena.h"
#include "handlers/api/crate_find.h"
#include "templates/json_crate.h"

static void write_crates(struct jw *j, const struct crates_found *p)
{
	jw_array(j, "crates");
	for (size_t i = 0; i < p->n; i++) {
		const struct crate_view *c = crates_found_row(p, i);

		if (c) /* not deleted meanwhile */
			json_crate(j, NULL, c,
				   &(struct json_crate_with){ .with_tops = true,
							      .with_recent_downloads = true,
							      .zero_recent_downloads = true,
							      .exact_match = p->keys[i].exact });
	}
	jw_end(j);
}

static void write_meta(struct req *r, struct jw *j, const struct crates_wanted *w,
		       const struct crates_found *p)
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
	struct crates_wanted w;
	struct crates_found p;
	struct reply rp;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = crates_wanted_read(r, &w);

	if (!e)
		e = crates_find(r, &w, &p);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	write_crates(&j, &p);
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
