/* handlers/web/crate_dependents.c - /crates/{name}/reverse_dependencies (contract/web.md P16) */
#include "app/base/arena.h"
#include "db/dependency_view.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"
#include "templates/dependencies.h"

enum { PER_PAGE = 10, MAX_PAGES = 200 };

static const char *const kinds[] = { "normal", "build", "dev" };

static void fill(const struct dependents *d, const struct dependency_view *dep,
		 struct dependent_shown *ret)
{
	const struct version_view *v = NULL;

	for (size_t i = 0; i < d->nversions; i++)
		if (d->versions[i].id == dep->version_id)
			v = &d->versions[i];
	*ret = (struct dependent_shown){
		.crate = v ? v->crate : dep->crate,
		.num = v ? v->num : TEXT(""),
		.req = dep->req,
		.description = v ? v->description : TEXT_NONE,
		.kind = kinds[dep->kind < ARRAY_SIZE(kinds) ? dep->kind : 0],
		.optional = dep->optional,
		.downloads = dep->downloads,
	};
}

static struct reply dependents_get(struct req *r)
{
	struct dependents_page v = { 0 };
	struct dependent_shown *rows;
	struct dependents d;
	struct crate_frame f;
	uint64_t page, total;
	const struct err *e = page_number(r, MAX_PAGES, &page);

	if (!e)
		e = crate_frame(r, false, &f);
	if (!e)
		e = db_dependents_page(r->db, f.crate.id, PER_PAGE, (page - 1) * PER_PAGE, &d);
	if (e)
		return reply_err(r, e);
	rows = arena_array(r->arena, d.ndependencies + 1, sizeof(*rows));
	for (size_t i = 0; i < d.ndependencies; i++)
		fill(&d, &d.dependencies[i], &rows[i]);
	/* the kept counter comes a little later than what is shown */
	total = f.facts.dependents;
	if (total < (page - 1) * PER_PAGE + d.ndependencies)
		total = (page - 1) * PER_PAGE + d.ndependencies;
	v.head.title = text_fmt(r->arena, "Dependents of %.*s", TEXT_F(f.crate.name));
	crate_frame_head(r, &f, TAB_DEPENDENTS, "/reverse_dependencies", &v.head);
	v.head.noindex = page > 1;
	v.crate = &f.head;
	v.name = f.crate.name;
	v.paging = page_paging(r, page, PER_PAGE, total, MAX_PAGES);
	v.v = rows;
	v.n = d.ndependencies;
	return reply_page(r, 200, dependents_page, &v);
}

const struct route crate_dependents_page_routes[] = {
	ROUTE(GET, "/crates/{name}/reverse_dependencies", dependents_get, .auth = AUTH_NONE,
	      .page = true, .doc = "Page: crates that depend on this one"),
	ROUTE_END,
};
