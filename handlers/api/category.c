/* handlers/api/category.c - GET /api/v1/categories, /api/v1/categories/{category}, /api/v1/category_slugs
 * (contract/api.md 20) */
#include "db/category.h"

#include "app/base/arena.h"
#include "handlers/api/common.h"
#include "templates/json_crate.h"

static struct reply categories_get(struct req *r)
{
	struct category_view *all, *top;
	struct text sort;
	struct paging p;
	uint64_t from;
	size_t n, ntop;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = req_query_word(r, "sort", &sort);

	if (!e)
		e = req_paging(r, PAGING_PAGE, &p);
	if (!e)
		e = db_categories(r->db, &all, &n);
	if (e)
		return reply_err(r, e);
	top = categories_top(r->arena, all, n, text_eq(sort, TEXT("crates")), &ntop);
	from = (p.page - 1) * p.per_page;
	jw_object(&j, NULL);
	jw_array(&j, "categories");
	for (uint64_t i = from; i < ntop && i < from + p.per_page; i++)
		json_category(&j, &top[i]);
	jw_end(&j);
	json_total(&j, ntop);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

static struct reply category_get(struct req *r)
{
	struct text slug = text_lower(r->arena, req_path(r, "category"));
	struct category_list below, above;
	const struct category_view *c;
	struct category_view *all;
	size_t n;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = db_categories(r->db, &all, &n);

	if (e)
		return reply_err(r, e);
	c = category_find(all, n, slug);
	if (!c)
		return reply_err(r, err_new(r->arena, ERR_NOT_FOUND, "Not Found"));
	below.v = categories_below(r->arena, all, n, slug, &below.n);
	above.v = categories_above(r->arena, all, n, slug, &above.n);
	jw_object(&j, NULL);
	json_category_tree(&j, "category", c, below, above);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

static struct reply category_slugs_get(struct req *r)
{
	struct category_view *all;
	size_t n;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = db_categories(r->db, &all, &n);

	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	jw_array(&j, "category_slugs");
	for (size_t i = 0; i < n; i++) {
		jw_object(&j, NULL);
		jw_text(&j, "id", all[i].slug);
		jw_text(&j, "slug", all[i].slug);
		jw_text(&j, "description", all[i].description);
		jw_end(&j);
	}
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route category_routes[] = {
	ROUTE(GET, "/api/v1/categories", categories_get, .auth = AUTH_NONE,
	      .doc = "Categories of the first level"),
	ROUTE(GET, "/api/v1/categories/{category}", category_get, .auth = AUTH_NONE,
	      .doc = "One category, with those above and below it"),
	ROUTE(GET, "/api/v1/category_slugs", category_slugs_get, .auth = AUTH_NONE,
	      .doc = "The slugs that a manifest may name"),
	ROUTE_END,
};
