/* handlers/web/category.c - /categories, /categories/{slug} (contract/web.md P6, P7) */
#include "db/category.h"

#include "app/base/arena.h"
#include "handlers/routes.h"
#include "handlers/web/crate_list.h"
#include "handlers/web/page_list.h"
#include "templates/categories.h"
#include "templates/feed.h"

enum { PER_PAGE = 10, MAX_PAGES = 20, DEPTH_MAX = 8 };

static const struct sort_choice sorts[] = { { "alpha", "Alphabetical" },
					    { "crates", "Number of crates" } };

static void fill_row(const struct category_view *c, struct category_row *row)
{
	*row = (struct category_row){ .slug = c->slug,
				      .name = category_last_part(c->category),
				      .description = c->description,
				      .crates = c->crates_cnt };
}

static struct category_row *rows_of(struct req *r, const struct category_view *v, size_t n)
{
	struct category_row *rows = arena_array(r->arena, n ? n : 1, sizeof(*rows));

	for (size_t i = 0; i < n; i++)
		fill_row(&v[i], &rows[i]);
	return rows;
}

static struct reply categories_get(struct req *r)
{
	struct categories_page v = { 0 };
	struct category_view *all, *top;
	struct category_row *rows;
	struct text sort;
	bool by_crates;
	size_t n;
	const struct err *e = req_query(r, "sort", &sort);

	if (!e)
		e = db_categories(r->db, &all, &n);
	if (e)
		return reply_err(r, e);
	by_crates = text_eq(sort, TEXT("crates"));
	top = categories_top(r->arena, all, n, by_crates, &v.n);
	rows = rows_of(r, top, v.n);
	for (size_t i = 0; i < v.n; i++) {
		const struct category_view *below =
			categories_below(r->arena, all, n, rows[i].slug, &rows[i].nbelow);

		rows[i].below = rows_of(r, below, rows[i].nbelow);
	}
	v.rows = rows;
	v.sorts = page_sorts(r, sorts, ARRAY_SIZE(sorts), by_crates);
	v.head = (struct head){ .title = TEXT("Categories"),
				.canonical = TEXT("/categories"),
				.section = "categories" };
	return reply_page(r, 200, categories_page, &v);
}

/* The way down to it: all categories, those above, itself. */
static struct links crumbs(struct req *r, const struct category_view *all, size_t n,
			   const struct category_view *c)
{
	struct link *v = arena_array(r->arena, DEPTH_MAX + 2, sizeof(*v));
	const struct category_view *above;
	size_t nabove, m = 0;

	above = categories_above(r->arena, all, n, c->slug, &nabove);
	v[m++] = (struct link){ .href = TEXT("/categories"), .label = TEXT("Categories") };
	for (size_t i = 0; i < nabove && i < DEPTH_MAX; i++)
		v[m++] = (struct link){ .href = text_fmt(r->arena, "/categories/%.*s",
							 TEXT_F(above[i].slug)),
					.label = category_last_part(above[i].category) };
	v[m++] = (struct link){ .href = r->path,
				.label = category_last_part(c->category),
				.current = true };
	return (struct links){ v, m };
}

static struct reply category_get(struct req *r)
{
	static const struct crate_list_rules rules = { .sort = "recent-downloads",
						       .per_page = PER_PAGE,
						       .max_pages = MAX_PAGES };
	struct text slug = text_lower(r->arena, req_path(r, "category"));
	const struct category_view *c, *below;
	struct crates_wanted w = { 0 };
	struct category_page v = { 0 };
	struct category_view *all;
	size_t n;
	const struct err *e = db_categories(r->db, &all, &n);

	if (e)
		return reply_err(r, e);
	c = category_find(all, n, slug);
	if (!c)
		return reply_err(r, err_new(r->arena, ERR_NOT_FOUND, "%.*s: Category not found",
					    TEXT_F(slug)));
	w.filter.category = c->slug;
	e = crate_list_find(r, &w, &rules, &v.list);
	if (e)
		return reply_err(r, e);
	below = categories_below(r->arena, all, n, c->slug, &v.nbelow);
	v.below = rows_of(r, below, v.nbelow);
	v.crumbs = crumbs(r, all, n, c);
	v.name = category_last_part(c->category);
	v.description = c->description;
	v.head = (struct head){
		.title = text_fmt(r->arena, "%.*s - Categories", TEXT_F(v.name)),
		.description = c->description,
		.canonical = text_fmt(r->arena, "/categories/%.*s", TEXT_F(c->slug)),
		.feed = text_fmt(r->arena, "/rss/%.*s",
				 TEXT_F(feed_path(r->arena, FEED_CATEGORY, c->slug))),
		.feed_title = text_fmt(r->arena, "New versions of crates in %.*s", TEXT_F(v.name)),
		.search = text_fmt(r->arena, "category:%.*s ", TEXT_F(c->slug)),
		.section = "categories",
		.noindex = crate_list_is_later(&v.list),
	};
	return reply_page(r, 200, category_page, &v);
}

const struct route category_page_routes[] = {
	ROUTE(GET, "/categories", categories_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: categories"),
	ROUTE(GET, "/categories/{category}", category_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: crates of a category"),
	ROUTE_END,
};
