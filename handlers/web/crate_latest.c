/*
 * handlers/web/crate_latest.c - addresses that stay while versions come: /crates/{name}/latest and /latest-stable, and every
 * page of a version behind them (contract/web.md P12).
 */
#include "app/base/arena.h"
#include "handlers/routes.h"
#include "handlers/web/archive.h"
#include "handlers/web/page.h"

/* rest: what follows the version; absent: its own page. */
static struct reply go(struct req *r, struct text name, struct text version, struct text rest)
{
	struct text path = page_version_path(r, name, version, rest);

	if (r->query.p)
		path = text_fmt(r->arena, "%.*s?%.*s", TEXT_F(path), TEXT_F(r->query));
	return page_redirect(r, 302, path);
}

static struct reply latest(struct req *r, struct text rest)
{
	struct crate_view crate;
	const struct err *e = page_default_version(r, &crate);

	return e ? reply_err(r, e) : go(r, crate.name, crate.default_version, rest);
}

static struct reply latest_stable(struct req *r, struct text rest)
{
	struct crate_view crate;
	const struct err *e = page_crate(r, &crate);

	if (!e && !crate.tops.max_stable_version.p)
		e = err_new(r->arena, ERR_NOT_FOUND, "crate `%.*s` has no stable version",
			    TEXT_F(crate.name));
	return e ? reply_err(r, e) : go(r, crate.name, crate.tops.max_stable_version, rest);
}

static struct reply latest_get(struct req *r)
{
	return latest(r, TEXT_NONE);
}

static struct reply latest_rest_get(struct req *r)
{
	return latest(r, req_path(r, "rest"));
}

static struct reply stable_get(struct req *r)
{
	return latest_stable(r, TEXT_NONE);
}

static struct reply stable_rest_get(struct req *r)
{
	return latest_stable(r, req_path(r, "rest"));
}

const struct route crate_latest_routes[] = {
	ROUTE(GET, "/crates/{name}/latest", latest_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: to the default version"),
	ROUTE(GET, "/crates/{name}/latest/{*rest}", latest_rest_get, .auth = AUTH_NONE,
	      .page = true, .doc = "Page: to a page of the default version"),
	ROUTE(GET, "/crates/{name}/latest-stable", stable_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: to the highest version that is no pre-release"),
	ROUTE(GET, "/crates/{name}/latest-stable/{*rest}", stable_rest_get, .auth = AUTH_NONE,
	      .page = true, .doc = "Page: to a page of the highest version that is no pre-release"),
	ROUTE_END,
};
