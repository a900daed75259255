/*
 * handlers/web/crate_go.c - addresses that lead to other ones (contract/web.md P14): /crates/{name}/docs, repo, range, owners,
 * dependencies; two queries
 */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/semver.h"
#include "app/base/url.h"
#include "app/registry/name.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"

static const struct err *find(struct req *r, struct crate_view *ret)
{
	struct text name = req_path(r, "name");
	const struct err *e = NULL;

	if (name_is_valid(NAME_CRATE, name))
		e = db_crate_view(r->db, name, ret);
	if (err_is(e, ERR_NOT_FOUND) || !name_is_valid(NAME_CRATE, name))
		return err_new(r->arena, ERR_NOT_FOUND, "Crate \"%.*s\" not found", TEXT_F(name));
	return e;
}

/* ---- to the default version */

static const struct err *no_version(struct req *r, const struct crate_view *c)
{
	return err_new(r->arena, ERR_NOT_FOUND, "%.*s has no version", TEXT_F(c->name));
}

static struct reply to_version(struct req *r, unsigned status, const struct crate_view *c,
			       struct text num, const char *sub)
{
	if (!num.p)
		return reply_err(r, no_version(r, c));
	return page_redirect(r, status, crate_url(r->arena, c->name, num, sub));
}

static struct reply dependencies_get(struct req *r)
{
	struct crate_view c;
	const struct err *e = find(r, &c);

	return e ? reply_err(r, e) : to_version(r, 302, &c, c.default_version, "/dependencies");
}

/* ---- to other sites, and to other names of pages */

static struct reply away(struct req *r, const struct crate_view *c, struct text url,
			 const char *what)
{
	if (url_is_http(url))
		return page_redirect_away(r, 302, url);
	return page_go_with(r, crate_url(r->arena, c->name, TEXT_NONE, ""), FLASH_ERROR,
			    "%.*s names no %s.", TEXT_F(c->name), what);
}

static struct reply docs_get(struct req *r)
{
	struct crate_view c;
	struct text url;
	const struct err *e = find(r, &c);

	if (e)
		return reply_err(r, e);
	url = c.documentation;
	if (!url.n && r->cfg->site.docs_url.n)
		url = text_fmt(r->arena, "%.*s/%.*s", TEXT_F(r->cfg->site.docs_url),
			       TEXT_F(c.name));
	return away(r, &c, url, "documentation");
}

static struct reply repo_get(struct req *r)
{
	struct crate_view c;
	const struct err *e = find(r, &c);

	return e ? reply_err(r, e) : away(r, &c, c.repository, "repository");
}

static struct reply owners_get(struct req *r)
{
	return page_redirect(r, 308,
			     crate_url(r->arena, req_path(r, "name"), TEXT_NONE, "/settings"));
}

/* ---- ranges: the highest version that fits, not yanked where there is one */

static const struct version_key *best(const struct version_key *v, size_t n,
				      const struct semver_req *req, bool yanked)
{
	struct semver num;

	for (size_t i = 0; i < n; i++) /* highest first */
		if (v[i].yanked == yanked && semver_parse(v[i].num, &num) &&
		    semver_req_matches(req, &num))
			return &v[i];
	return NULL;
}

static struct reply range_get(struct req *r)
{
	struct text range = req_path(r, "req");
	const struct version_key *hit = NULL;
	struct version_key *v;
	struct semver_req req;
	struct crate_view c;
	const struct err *e = find(r, &c);
	size_t n;

	if (!e)
		e = db_version_keys(r->db, c.id, &v, &n);
	if (e)
		return reply_err(r, e);
	if (semver_req_parse(range, &req)) {
		hit = best(v, n, &req, false);
		hit = hit ? hit : best(v, n, &req, true);
	}
	if (!hit)
		return reply_err(r, err_new(r->arena, ERR_NOT_FOUND,
					    "%.*s: No matching version found for %.*s",
					    TEXT_F(c.name), TEXT_F(text_sub(range, 0, 200))));
	return page_redirect(r, 302, crate_url(r->arena, c.name, hit->num, ""));
}

const struct route crate_go_routes[] = {
	ROUTE(GET, "/crates/{name}/dependencies", dependencies_get, .page = true,
	      .doc = "To the dependencies of the default version"),
	ROUTE(GET, "/crates/{name}/docs", docs_get, .page = true, .doc = "To the documentation"),
	ROUTE(GET, "/crates/{name}/repo", repo_get, .page = true, .doc = "To the repository"),
	ROUTE(GET, "/crates/{name}/owners", owners_get, .page = true, .no_db = true,
	      .doc = "To the settings"),
	ROUTE(GET, "/crates/{name}/range/{req}", range_get, .page = true,
	      .doc = "To the highest version in a range"),
	ROUTE_END,
};
