/* handlers/web/svelte.c - /svelte/...: addresses of the original's web front end while it moved (contract/web.md 1) */
#include "app/base/arena.h"
#include "handlers/routes.h"
#include "handlers/web/page.h"

/* The same path without the prefix; r->path is still encoded. */
static struct reply svelte_get(struct req *r)
{
	struct text path = text_sub(r->path, sizeof("/svelte") - 1, r->path.n);

	return page_redirect(r, 307,
			     text_fmt(r->arena, "%.*s%s%.*s", TEXT_F(page_local(path)),
				      r->query.n ? "?" : "", TEXT_F(r->query)));
}

const struct route svelte_routes[] = {
	ROUTE(GET, "/svelte", svelte_get, .auth = AUTH_NONE, .page = true, .no_db = true,
	      .doc = "To the front page"),
	ROUTE(GET, "/svelte/", svelte_get, .auth = AUTH_NONE, .page = true, .no_db = true,
	      .doc = "To the front page"),
	ROUTE(GET, "/svelte/{*rest}", svelte_get, .auth = AUTH_NONE, .page = true, .no_db = true,
	      .doc = "To the page without the prefix"),
	ROUTE_END,
};
