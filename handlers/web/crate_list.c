#include "handlers/web/crate_list.h"

#include "app/base/arena.h"
#include "app/base/semver.h"
#include "handlers/web/manifest_line.h"
#include "handlers/web/page_list.h"
#include "templates/shown_url.h"

static const struct {
	const char *name, *label;
	enum crate_sort by;
} sorts[] = {
	{ "relevance", "Relevance", CRATE_BY_RELEVANCE },
	{ "alpha", "Alphabetical", CRATE_BY_NAME },
	{ "downloads", "All-time downloads", CRATE_BY_DOWNLOADS },
	{ "recent-downloads", "Recent downloads", CRATE_BY_RECENT_DOWNLOADS },
	{ "recent-updates", "Recent updates", CRATE_BY_UPDATE },
	{ "new", "Newly added", CRATE_BY_CREATION },
	{ "dependents", "Dependents", CRATE_BY_DEPENDENTS },
};

static bool offered(const struct crate_list_rules *rules, size_t i)
{
	return sorts[i].by != (rules->relevance ? CRATE_BY_NAME : CRATE_BY_RELEVANCE);
}

/* Another word in ?sort= is the page's own order: links of other sites live long. */
static size_t chosen(const struct crate_list_rules *rules, struct text sort)
{
	size_t initial = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sorts); i++) {
		if (offered(rules, i) && text_eq(sort, text_from(sorts[i].name)))
			return i;
		if (text_eq(text_from(rules->sort), text_from(sorts[i].name)))
			initial = i;
	}
	return initial;
}

static struct links sort_menu(struct req *r, const struct crate_list_rules *rules, size_t current)
{
	struct link *v = arena_array(r->arena, ARRAY_SIZE(sorts), sizeof(*v));
	struct text prefix = page_prefix(r, "sort");
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sorts); i++)
		if (offered(rules, i))
			v[n++] = (struct link){
				.href = text_fmt(r->arena, "%.*s%s", TEXT_F(prefix), sorts[i].name),
				.label = text_from(sorts[i].label),
				.current = i == current,
			};
	return (struct links){ v, n };
}

/* A seek is as the API makes it; where one is sent, the number of a page does not count. */
static const struct err *read_page(struct req *r, struct crates_wanted *w,
				   const struct crate_list_rules *rules)
{
	struct text seek;
	const struct err *e = req_query(r, "seek", &seek);

	w->paging = (struct paging){ .page = 1, .per_page = rules->per_page };
	if (!e && seek.n) {
		w->paging.seek = seek;
		return crates_wanted_seek(r, w);
	}
	w->paging.has_page = true;
	return e ? e : page_number(r, rules->max_pages, &w->paging.page);
}

static void fill_row(struct req *r, const struct crate_view *c, bool exact, struct crate_row *row)
{
	bool yanked = c->default_yanked.set && c->default_yanked.v;

	*row = (struct crate_row){
		.name = c->name,
		.description = c->description,
		.homepage = shown_url(c->homepage),
		.documentation = shown_url(c->documentation),
		.repository = shown_url(c->repository),
		.recent_downloads = c->recent_downloads.v,
		.updated_us = c->updated_us,
		.yanked = yanked,
		.exact = exact,
	};
	row->downloads =
		c->downloads > c->recent_downloads.v ? c->downloads : c->recent_downloads.v;
	if (!c->default_version.p || yanked)
		return;
	row->version = c->default_version;
	row->manifest_line = manifest_line(r, c->name, "", semver_no_build(c->default_version));
}

/* The link from the last numbered page, and from each one behind it. */
static struct text further(struct req *r, const struct crates_wanted *w,
			   const struct crates_found *f, const struct crate_list_rules *rules)
{
	bool last = w->has_after || w->paging.page == rules->max_pages;

	if (f->n < rules->per_page || !last)
		return TEXT_NONE;
	return text_fmt(r->arena, "%.*s%.*s", TEXT_F(page_prefix(r, "seek")),
			TEXT_F(crate_order_seek(r->arena, &w->order, &f->keys[f->n - 1])));
}

static void fill_paging(struct req *r, const struct crates_wanted *w, const struct crates_found *f,
			const struct crate_list_rules *rules, struct crate_list *ret)
{
	ret->paging = page_paging(r, w->paging.page, rules->per_page, f->total, rules->max_pages);
	ret->paging.next = further(r, w, f, rules);
	if (!w->has_after)
		return;
	ret->first_page = text_fmt(r->arena, "%.*s1", TEXT_F(ret->paging.prefix));
	ret->paging.page = ret->paging.pages = 0;
}

const struct err *crate_list_find(struct req *r, struct crates_wanted *w,
				  const struct crate_list_rules *rules, struct crate_list *ret)
{
	struct crates_found f;
	struct crate_row *rows;
	struct text sort;
	size_t current, n = 0;
	const struct err *e = req_query(r, "sort", &sort);

	if (e)
		return e;
	current = chosen(rules, sort);
	w->order.by = sorts[current].by;
	if (w->order.by == CRATE_BY_RELEVANCE && !w->q.p)
		w->order.by = CRATE_BY_NAME;
	w->order.exact_first = w->q.p && w->order.by == CRATE_BY_RELEVANCE;
	e = read_page(r, w, rules);
	if (!e)
		e = crates_find(r, w, &f);
	if (e)
		return e;
	rows = arena_array(r->arena, f.n ? f.n : 1, sizeof(*rows));
	for (size_t i = 0; i < f.n; i++) {
		const struct crate_view *c = crates_found_row(&f, i);

		if (c) /* not deleted meanwhile */
			fill_row(r, c, f.keys[i].exact, &rows[n++]);
	}
	*ret = (struct crate_list){ .sorts = sort_menu(r, rules, current), .rows = rows, .n = n };
	fill_paging(r, w, &f, rules, ret);
	return NULL;
}

bool crate_list_is_later(const struct crate_list *v)
{
	return v->first_page.p || v->paging.page > 1;
}
