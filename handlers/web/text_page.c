/*
 * handlers/web/text_page.c - pages of text: /policies, /policies/security, /data-access, /install, /docs/..., /help/...
 * (contract/web.md 13.5, P74 and P76)
 */
#include "templates/text_page.h"
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/inspect/client.h"
#include "app/inspect/readme_plain.h"
#include "app/storage/storage.h"
#include "handlers/routes.h"
#include "handlers/web/page.h"

static const struct {
	const char *path, *name;
} pages[] = {
	{ "/policies", "policies" },
	{ "/policies/security", "security" },
	{ "/data-access", "data-access" },
	{ "/install", "install" },
	{ "/docs/rate-limits", "rate-limits" },
	{ "/docs/trusted-publishing", "trusted-publishing" },
	{ "/help/search", "search" },
	{ "/help/api", "api" },
};

static const char *name_of(const struct req *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
		if (text_eq(text_from(r->route->path), text_from(pages[i].path)))
			return pages[i].name;
	return NULL;
}

/* The operator's, else ours. */
static const struct err *markdown_of(struct req *r, struct text *ret)
{
	const char *name = name_of(r);
	const struct err *e =
		storage_get_text(r->app->storage, r->arena, text_fmt(r->arena, "%s.md", name), ret);

	if (!e && !ret->p)
		*ret = text_default(name);
	return e;
}

/* Where the inspector is away the text is shown as it was written: better than no page. */
static struct text rendered(struct req *r, struct text markdown)
{
	struct inspect_readme_in in = { .text = markdown, .path = TEXT("text.md") };
	struct text html;
	bool plain;
	const struct err *e = inspect_readme(r->app->inspect, r->arena, &in, &html, &plain);

	if (!e)
		return html;
	log_err(LOG_LEVEL_WARN, "a page of text", e);
	return readme_other(r->arena, markdown);
}

static struct text with_dumps(struct req *r, struct text markdown)
{
	static const struct text names[] = { TEXT_INIT("db-dump.tar.gz"),
					     TEXT_INIT("db-dump.zip") };
	struct text_dump v[ARRAY_SIZE(names)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int64_t mtime_s;

		if (!storage_public_is(r->app->storage, names[i], &v[n].bytes, &mtime_s))
			continue;
		v[n].name = names[i];
		v[n++].made_us = mtime_s * US_PER_S;
	}
	return text_with_dumps(r->arena, markdown, v, n);
}

static struct reply text_get(struct req *r)
{
	struct text_page v = { .path = text_from(r->route->path) };
	struct readme_shown shown;
	struct text markdown;
	const struct err *e = markdown_of(r, &markdown);

	if (e)
		return reply_err(r, e);
	markdown = with_dumps(r, text_lossy(r->arena, markdown));
	markdown = text_filled(r->arena, r->cfg, markdown);
	v.title = text_title(&markdown);
	shown = text_html(r->arena, rendered(r, markdown), page_images(r));
	v.html = shown.html;
	v.toc = text_toc(r->arena, v.html);
	v.head.title = v.title;
	v.head.canonical = v.path;
	return reply_page_with_images(r, shown.images, 200, text_page, &v);
}

/* upstream: an old address. */
static struct reply security_get(struct req *r)
{
	return page_redirect(r, 308, TEXT("/policies/security"));
}

#define TEXT_ROUTE(path, what)                                                                     \
	ROUTE(GET, path, text_get, .auth = AUTH_NONE, .page = true, .doc = "Page: " what)

const struct route text_page_routes[] = {
	TEXT_ROUTE("/policies", "policies"),
	TEXT_ROUTE("/policies/security", "how to report holes"),
	TEXT_ROUTE("/data-access", "index, archives, feeds, API"),
	TEXT_ROUTE("/install", "how to use this registry with cargo"),
	TEXT_ROUTE("/docs/rate-limits", "limits of publishing"),
	TEXT_ROUTE("/docs/trusted-publishing", "publishing from CI without a token"),
	TEXT_ROUTE("/help/search", "how to search"),
	TEXT_ROUTE("/help/api", "the API"),
	ROUTE(GET, "/security", security_get, .auth = AUTH_NONE, .page = true, .no_db = true,
	      .doc = "Leads to /policies/security"),
	ROUTE_END,
};
