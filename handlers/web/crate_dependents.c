/* handlers/web/crate_dependents.c - /crates/{name}/reverse_dependencies (contract/web.md P16): five queries */
#include "app/base/arena.h"
#include "app/registry/manifest.h" /* enum dep_kind */
#include "handlers/api/seek.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"
#include "handlers/web/dependent_facets.h"
#include "handlers/web/page_list.h"

enum { PER_PAGE = 10, MAX_PAGES = 200, RANGE_MAX_BYTES = 24 };

static const char *const kind_names[] = { "normal", "build", "dev" };

static const struct sort_choice orders[DEPENDENT_ORDERS] = {
	[DEPENDENTS_BY_DOWNLOADS] = { "downloads", "Downloads" },
	[DEPENDENTS_BY_NAME] = { "name", "Name" },
	[DEPENDENTS_BY_RECENT] = { "recent", "Recently published" },
};

/* Kinds of the parts of a seek: handlers/api/seek.h. */
static const char *const seeks[DEPENDENT_ORDERS] = {
	[DEPENDENTS_BY_DOWNLOADS] = "nn",
	[DEPENDENTS_BY_NAME] = "t",
	[DEPENDENTS_BY_RECENT] = "n",
};

struct wanted {
	enum dependent_order order;
	struct dependent_filter filter;
	bool filtered, has_after;
	struct dependent_place after;
	uint64_t page;
};

/* ---- what is asked for */

static uint64_t kind_bit(struct text name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kind_names); i++)
		if (text_eq(name, text_from(kind_names[i])))
			return (uint64_t)1 << i;
	return 0;
}

static const struct err *read_filter(struct req *r, struct wanted *w)
{
	struct text kind, optional, range;
	const struct err *e = req_query(r, "kind", &kind);

	if (!e)
		e = req_query(r, "optional", &optional);
	if (!e)
		e = req_query(r, "range", &range);
	if (e)
		return e;
	w->filter.kinds = kind_bit(kind);
	if (text_eq(optional, TEXT("yes")) || text_eq(optional, TEXT("no")))
		w->filter.optional = (struct opt_u64){ true, text_eq(optional, TEXT("yes")) };
	if (range.n && range.n <= RANGE_MAX_BYTES)
		w->filter.range = dependent_range_of(range);
	w->filtered = w->filter.kinds || w->filter.optional.set || w->filter.range.p;
	return NULL;
}

static const struct err *read_seek(struct req *r, struct text seek, struct wanted *w)
{
	struct seek_part part[SEEK_PARTS_MAX];

	if (!seek_decode(r->arena, seek, seeks[w->order], part))
		return err_new(r->arena, ERR_INVALID, "invalid seek parameter");
	w->has_after = true;
	switch (w->order) {
	case DEPENDENTS_BY_NAME:
		w->after.canon_name = part[0].text;
		break;
	case DEPENDENTS_BY_RECENT:
		w->after.version_id = (uint64_t)part[0].number;
		break;
	case DEPENDENTS_BY_DOWNLOADS:
	case DEPENDENT_ORDERS:
		w->after.downloads = (uint64_t)part[0].number;
		w->after.crate_id = (uint64_t)part[1].number;
		break;
	}
	return NULL;
}

static const struct err *read_wanted(struct req *r, struct wanted *w)
{
	struct text sort, seek;
	const struct err *e = req_query(r, "sort", &sort);

	if (!e)
		e = req_query(r, "seek", &seek);
	if (!e)
		e = read_filter(r, w);
	if (!e)
		e = page_number(r, MAX_PAGES, &w->page);
	if (e)
		return e;
	w->order = (enum dependent_order)page_sort(orders, ARRAY_SIZE(orders), sort);
	return seek.n ? read_seek(r, seek, w) : NULL;
}

/* ---- the rows */

static const struct err *find_rows(struct req *r, uint64_t target_id, const struct wanted *w,
				   struct dependent_row **ret, size_t *ret_n)
{
	if (w->has_after)
		return db_dependents_find(r->db, target_id, w->order, &w->filter, &w->after,
					  PER_PAGE, 0, ret, ret_n);
	return db_dependents_find(r->db, target_id, w->order, &w->filter, NULL, PER_PAGE,
				  (w->page - 1) * PER_PAGE, ret, ret_n);
}

static void add_requirement(const struct dependent_requirement *q, struct requirement_shown *to)
{
	*to = (struct requirement_shown){
		.req = q->req,
		.kind = q->kind && q->kind < ARRAY_SIZE(kind_names) ? kind_names[q->kind] : NULL,
		.target = q->target,
		.renamed = q->renamed,
		.optional = q->optional,
	};
}

static const struct err *show_rows(struct req *r, uint64_t target_id,
				   const struct dependent_row *rows, size_t n,
				   struct dependents_page *v)
{
	struct dependent_shown *shown = arena_array(r->arena, n + 1, sizeof(*shown));
	struct dependent_requirement *reqs = NULL;
	struct requirement_shown *all;
	uint64_t ids[PER_PAGE];
	size_t nreqs = 0, m = 0;
	const struct err *e = NULL;

	for (size_t i = 0; i < n; i++)
		ids[i] = rows[i].version_id;
	if (n)
		e = db_dependent_requirements(r->db, target_id, ids, n, &reqs, &nreqs);
	if (e)
		return e;
	all = arena_array(r->arena, nreqs + 1, sizeof(*all));
	for (size_t i = 0; i < n; i++) {
		shown[i] = (struct dependent_shown){
			.crate = rows[i].name,
			.num = rows[i].num,
			.description = rows[i].description,
			.reqs = all + m,
			.downloads = rows[i].downloads,
			.created_us = rows[i].created_us,
		};
		for (size_t k = 0; k < nreqs; k++)
			if (reqs[k].version_id == rows[i].version_id)
				add_requirement(&reqs[k], &all[m++]);
		shown[i].nreqs = (size_t)(all + m - shown[i].reqs);
	}
	v->v = shown;
	v->n = n;
	return NULL;
}

/* ---- the page around them */

/* What follows the last numbered page, and each one behind it. */
static struct text further(struct req *r, enum dependent_order order,
			   const struct dependent_row *last)
{
	struct seek_part part[2] = { { .number = (int64_t)last->downloads },
				     { .number = (int64_t)last->crate_id } };

	if (order == DEPENDENTS_BY_NAME)
		part[0] = (struct seek_part){ .text = last->canon_name };
	else if (order == DEPENDENTS_BY_RECENT)
		part[0] = (struct seek_part){ .number = (int64_t)last->version_id };
	return text_fmt(r->arena, "%.*s%.*s", TEXT_F(page_prefix(r, "seek")),
			TEXT_F(seek_encode(r->arena, seeks[order], part)));
}

/* total may be less than there are: under a filter not all are counted (v->bounded), and kept counters come a little later. */
static void fill_paging(struct req *r, const struct wanted *w, uint64_t total,
			const struct dependent_row *rows, size_t n, struct dependents_page *v)
{
	uint64_t seen = (w->page - 1) * PER_PAGE + n;
	bool more = total > seen || w->has_after || (w->filtered && v->bounded);

	if (n && total < seen)
		total = seen;
	v->paging = page_paging(r, w->page, PER_PAGE, total, MAX_PAGES);
	if (n == PER_PAGE && more && (w->has_after || w->page >= v->paging.pages))
		v->paging.next = further(r, w->order, &rows[n - 1]);
	if (!w->has_after)
		return;
	v->first_page = text_fmt(r->arena, "%.*s1", TEXT_F(v->paging.prefix));
	v->paging.page = v->paging.pages = 0;
}

static struct reply dependents_get(struct req *r)
{
	struct dependents_page v = { 0 };
	struct dependent_facets facets = { 0 };
	struct dependent_row *rows = NULL;
	struct wanted w = { 0 };
	struct crate_frame f;
	uint64_t total;
	size_t n = 0;
	const struct err *e = read_wanted(r, &w);

	if (!e)
		e = crate_frame(r, false, &f);
	if (!e)
		e = dependent_facets(r, f.crate.id, &facets);
	if (e)
		return reply_err(r, e);
	dependent_facets_show(r, &facets, &w.filter, &v);
	total = w.filtered ? dependent_facets_pass(&facets, &w.filter) : f.facts.dependents;
	if (!w.filtered || total || v.bounded)
		e = find_rows(r, f.crate.id, &w, &rows, &n);
	if (!e)
		e = show_rows(r, f.crate.id, rows, n, &v);
	if (e)
		return reply_err(r, e);
	fill_paging(r, &w, total, rows, n, &v);
	v.head.title = text_fmt(r->arena, "Dependents of %.*s", TEXT_F(f.crate.name));
	crate_frame_head(r, &f, TAB_DEPENDENTS, "/reverse_dependencies", &v.head);
	v.head.noindex = w.page > 1 || w.has_after || w.filtered;
	v.crate = &f.head;
	v.name = f.crate.name;
	v.sorts = page_sorts(r, orders, DEPENDENT_ORDERS, (size_t)w.order);
	v.sort = w.order == DEPENDENTS_BY_DOWNLOADS ? TEXT_NONE : text_from(orders[w.order].name);
	v.filtered = w.filtered;
	return reply_page(r, 200, dependents_page, &v);
}

const struct route crate_dependents_page_routes[] = {
	ROUTE(GET, "/crates/{name}/reverse_dependencies", dependents_get, .auth = AUTH_NONE,
	      .page = true, .doc = "Page: crates that depend on this one"),
	ROUTE_END,
};
