/* handlers/api/keyword.c - GET /api/v1/keywords, /api/v1/keywords/{keyword} (contract/api.md 19) */
#include "db/keyword.h"

#include "handlers/api/common.h"
#include "templates/json_crate.h"

static struct reply keywords_get(struct req *r)
{
	struct keyword_view *v;
	struct text sort;
	struct paging p;
	uint64_t total = 0;
	size_t n;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = req_query_word(r, "sort", &sort);

	if (!e)
		e = req_paging(r, PAGING_PAGE, &p);
	if (!e)
		e = db_keywords_page(r->db, text_eq(sort, TEXT("crates")), p.per_page,
				     (p.page - 1) * p.per_page, &v, &n);
	if (!e && n)
		e = db_keywords_count(r->db, &total);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_array(&j, "keywords");
	for (size_t i = 0; i < n; i++)
		json_keyword(&j, NULL, &v[i]);
	jw_end(&j);
	json_total(&j, total);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

static struct reply keyword_get(struct req *r)
{
	struct keyword_view k;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = db_keyword(r->db, req_path(r, "keyword"), &k);

	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_keyword(&j, "keyword", &k);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route keyword_routes[] = {
	ROUTE(GET, "/api/v1/keywords", keywords_get, .auth = AUTH_NONE, .doc = "All keywords"),
	ROUTE(GET, "/api/v1/keywords/{keyword}", keyword_get, .auth = AUTH_NONE,
	      .doc = "One keyword"),
	ROUTE_END,
};
