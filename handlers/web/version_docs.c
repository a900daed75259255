/* handlers/web/version_docs.c - /crates/{name}/{version}/rebuild-docs (contract/web.md P30) */
#include "app/base/arena.h"
#include "app/server/docs.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"
#include "templates/rebuild_docs.h"

/* The version, and that whoever asks may have it built. */
static const struct err *find(struct req *r, struct crate_frame *f)
{
	const struct err *e = crate_frame(r, true, f);

	return e ? e : docs_may_rebuild(r, f->crate.name, f->crate.id);
}

static void say_state(enum docs_build build, struct rebuild_docs_page *v)
{
	static const struct {
		const char *kind, *words;
	} said[] = {
		[DOCS_BUILT] = { "good", "The last build went well: the documentation is there." },
		[DOCS_FAILED] = { "bad", "The last build failed: there is no documentation." },
		[DOCS_UNKNOWN] = { "info", "The builder has not built this version yet." },
		[DOCS_AWAY] = { "warn",
				"The builder could not be asked how the last build ended." },
	};

	v->kind = said[build].kind;
	v->last = said[build].words;
}

static struct reply rebuild_get(struct req *r)
{
	struct rebuild_docs_page v = { 0 };
	struct docs_state s;
	struct crate_frame f;
	const struct err *e = find(r, &f);

	if (!e)
		e = docs_state(r, f.crate.name, f.version.num, &s);
	if (e)
		return reply_err(r, e);
	v.head.title = text_fmt(r->arena, "Documentation of %.*s %.*s", TEXT_F(f.crate.name),
				TEXT_F(f.version.num));
	crate_frame_head(r, &f, TAB_VERSIONS, "/rebuild-docs", &v.head);
	v.head.noindex = true;
	v.crate = &f.head;
	v.name = f.crate.name;
	v.num = f.version.num;
	say_state(s.build, &v);
	v.builds_href = docs_url(r->arena, r->cfg, f.crate.name, f.version.num, "/builds");
	v.waits = s.waits;
	v.waits_since_us = s.waits_since_us;
	v.failures = s.failures;
	v.again_us = s.again_us;
	return reply_page(r, 200, rebuild_docs_page, &v);
}

static struct reply rebuild_post(struct req *r)
{
	struct crate_frame f;
	const struct err *e = find(r, &f);

	if (!e)
		e = docs_rebuild(r, f.crate.name, f.version.num);
	if (e)
		return reply_err(r, e);
	return page_go_with(r, crate_url(r->arena, f.crate.name, TEXT_NONE, "/versions"),
			    FLASH_SUCCESS,
			    "The builder is asked to build the documentation of %.*s %.*s again.",
			    TEXT_F(f.crate.name), TEXT_F(f.version.num));
}

#define REBUILD_PATH "/crates/{name}/{version}/rebuild-docs"

const struct route version_docs_page_routes[] = {
	ROUTE(GET, REBUILD_PATH, rebuild_get, .auth = AUTH_COOKIE, .page = true, .no_store = true,
	      .doc = "Page: have the documentation of a version built again"),
	ROUTE(POST, REBUILD_PATH, rebuild_post, .auth = AUTH_COOKIE, .page = true,
	      .body = BODY_FORM, .body_max = 4096,
	      .doc = "Form: have the documentation of a version built again"),
	ROUTE_END,
};
