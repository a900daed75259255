/* handlers/web/crate_dependencies.c - /crates/{name}/{version}/dependencies (contract/web.md P11) */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/semver.h"
#include "db/advisory.h"
#include "db/dependency_page.h"
#include "db/stored.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"
#include "templates/dependencies.h"

enum { WORDS_MAX_BYTES = 64 * 1024 };

/* "only 2 features: a, b", "1 extra feature: a", "no default features" */
static struct text features_in_words(struct req *r, const struct dependency_row *d)
{
	struct texts f = stored_list_read(r->arena, d->features);
	struct buf b = buf_init(r->arena, WORDS_MAX_BYTES);

	if (!f.n)
		return d->default_features ? TEXT_NONE : TEXT("no default features");
	buf_fmt(&b, d->default_features ? "%zu extra %s: " : "only %zu %s: ", f.n,
		f.n == 1 ? "feature" : "features");
	for (size_t i = 0; i < f.n; i++) {
		buf_add(&b, i ? TEXT(", ") : TEXT(""));
		buf_add(&b, f.v[i]);
	}
	return buf_ok(&b) ? buf_text(&b) : TEXT_NONE;
}

/* Whether cargo would not take the version that is shown first. What cannot be read is not called outdated. */
static bool is_outdated(const struct dependency_row *d)
{
	struct semver_req req;
	struct semver v;

	return d->newest.p && semver_req_parse(d->req, &req) && semver_parse(d->newest, &v) &&
	       !semver_req_matches(&req, &v);
}

/* The id of the newest advisory about the version that is shown first; absent: there is none. */
static struct text advisory_of(struct req *r, const struct dependency_row *d)
{
	struct text rest = d->advisories, line, id, patched;
	struct semver v;

	if (!d->newest.p || !semver_parse(d->newest, &v))
		return TEXT_NONE;
	while (text_cut(&rest, '\n', &line)) {
		struct affected a;

		(void)text_cut(&line, '\t', &id);
		(void)text_cut(&line, '\t', &patched);
		a = affected_of(r->arena, advisory_list(r->arena, patched),
				advisory_list(r->arena, line));
		if (affected_has(&a, &v))
			return id;
	}
	return TEXT_NONE;
}

static void fill(struct req *r, const struct dependency_row *d, struct dependency_shown *ret)
{
	struct buf b = buf_init(r->arena, WORDS_MAX_BYTES);
	bool any = text_eq(d->req, TEXT("*")), replaced = r->cfg->replacements.url.n > 0;

	buf_add(&b, crate_url(r->arena, d->crate, TEXT_NONE, "/range/"));
	buf_url(&b, d->req);
	*ret = (struct dependency_shown){
		.crate = d->crate,
		.req = d->req,
		.range = any || !d->newest.p ? TEXT_NONE : buf_text(&b),
		.renamed = d->explicit_name,
		.target = d->target,
		.features = features_in_words(r, d),
		.description = d->description,
		.newest = d->newest,
		.license = d->license,
		.optional = d->optional,
		.outdated = is_outdated(d),
		.yanked = d->newest_yanked.v != 0,
		.is_here = d->newest.p != NULL,
		.advisory = advisory_of(r, d),
		.replaced_by = words_of(r->arena, replaced ? d->replaced_by : TEXT_NONE),
		.replaced_href = d->replaced_url,
	};
	if (!ret->range.p && !any) /* the requirement is shown all the same */
		ret->range = TEXT("#main");
}

static void fill_groups(struct req *r, const struct dependency_row *rows, size_t n,
			struct dependencies_page *v)
{
	static const char *const titles[] = { "Dependencies", "Build dependencies",
					      "Development dependencies" };
	struct dependency_shown *shown = arena_array(r->arena, n ? n : 1, sizeof(*shown));

	for (size_t i = 0; i < n; i++) {
		struct dependency_group *g = &v->groups[rows[i].kind < 3 ? rows[i].kind : 0];

		fill(r, &rows[i], &shown[i]);
		v->outdated += shown[i].outdated;
		if (!g->n)
			g->v = &shown[i];
		g->n++;
	}
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		v->groups[i].title = titles[i];
	v->n = n;
}

static struct reply dependencies_get(struct req *r)
{
	struct dependencies_page v = { 0 };
	struct dependency_row *rows;
	struct crate_frame f;
	const struct err *e = crate_frame(r, true, &f);
	size_t n;

	if (!e)
		e = db_dependency_rows(r->db, f.version.id, &rows, &n);
	if (e)
		return reply_err(r, e);
	v.head.title = text_fmt(r->arena, "Dependencies of %.*s", TEXT_F(f.crate.name));
	crate_frame_head(r, &f, TAB_DEPENDENCIES, "/dependencies", &v.head);
	v.head.canonical = crate_url(r->arena, f.crate.name, f.version.num, "/dependencies");
	v.crate = &f.head;
	v.name = f.crate.name;
	v.num = f.version.num;
	fill_groups(r, rows, n, &v);
	return reply_page(r, 200, dependencies_page, &v);
}

const struct route crate_dependencies_page_routes[] = {
	ROUTE(GET, "/crates/{name}/{version}/dependencies", dependencies_get, .auth = AUTH_NONE,
	      .page = true, .doc = "Page: dependencies of a version"),
	ROUTE_END,
};
