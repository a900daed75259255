/* handlers/web/crate_changelog.c - /crates/{name}/changelog: the file of the default version that tells what changed (contract/web.md
 * P22). Headings have ids, so a version's section can be linked. */
#include "app/base/arena.h"
#include "handlers/routes.h"
#include "handlers/web/archive.h"
#include "handlers/web/page.h"
#include "templates/readme.h"

enum { CHANGELOG_MAX_BYTES = 400 * 1024 };

static struct reply changelog_get(struct req *r)
{
	struct changelog_page v = { 0 };
	struct readme_shown shown = { 0 };
	struct inspect_changelog log;
	struct crate_frame f;
	const struct err *e = crate_frame(r, false, &f);

	if (!e && !f.has_version)
		e = err_new(r->arena, ERR_NOT_FOUND, "%.*s has no version", TEXT_F(f.crate.name));
	if (!e)
		e = page_changelog(r, &f.version, &log);
	if (e)
		return reply_err(r, e);

	v.head.title = text_fmt(r->arena, "%.*s: changelog", TEXT_F(f.crate.name));
	crate_frame_head(r, &f, CRATE_TABS, "/changelog", &v.head);
	v.crate = &f.head;
	v.name = f.crate.name;
	v.version = f.version.num;
	v.path = log.path;
	v.plain = log.plain;
	if (log.path.p)
		shown = readme_html(r->arena, log.html, page_images(r), CHANGELOG_MAX_BYTES);
	v.html = shown.html;
	v.cut = shown.cut;
	return reply_page_with_images(r, shown.images, 200, changelog_page, &v);
}

const struct route crate_changelog_routes[] = {
	ROUTE(GET, "/crates/{name}/changelog", changelog_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: what changed in each version"),
	ROUTE_END,
};
