/*
 * handlers/web/machine.c - GET /robots.txt, /opensearch.xml, /manifest.webmanifest, /.well-known/security.txt
 * (contract/web.md 13.5, P71): what programs look for at fixed places. All of it is configuration, so it answers
 * without a database.
 */
#include "assets.h"

#include "app/base/config.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "app/base/xml.h"
#include "app/registry/name.h"
#include "app/server/req.h"
#include "handlers/routes.h"

enum {
	MAX_BYTES = 64 * 1024,
	SHORT_NAME_CHARS = 16, /* OpenSearch 1.1: of ShortName */
	EXPIRES_MONTHS = 9,    /* RFC 9116 2.5.5: less than a year ahead */
};

static struct reply answer(struct req *r, const char *type, struct buf *b)
{
	struct text body;
	const struct err *e = buf_done(b, &body);
	struct reply rp;

	if (e)
		return reply_err(r, e);
	rp = reply_text(r, 200, type, body);
	reply_header(&rp, "Cache-Control", TEXT("public, max-age=86400"));
	return rp;
}

/* Everything but what is one's own, or is the same again: a private registry is not for them at all. */
static struct reply robots(struct req *r)
{
	static const char *const closed[] = {
		"/api/",   "/accept-invite/", "/admin",   "/confirm/", "/dashboard",
		"/login",  "/logout",         "/me",      "/settings", "/sign-in/",
		"/signup", "/unsubscribe/",   "/suggest",
	};
	struct buf b = buf_init(r->arena, MAX_BYTES);

	buf_add(&b, TEXT("User-agent: *\n"));
	if (r->cfg->registry.auth_required) {
		buf_add(&b, TEXT("Disallow: /\n"));
		return answer(r, "text/plain; charset=utf-8", &b);
	}
	for (size_t i = 0; i < ARRAY_SIZE(closed); i++)
		buf_fmt(&b, "Disallow: %.*s%s\n", TEXT_F(r->cfg->server.base_path), closed[i]);
	/* Each of these unpacks an archive, and tells robots not to keep it. */
	buf_fmt(&b, "Disallow: %.*s/crates/*/code/\n", TEXT_F(r->cfg->server.base_path));
	buf_fmt(&b, "Disallow: %.*s/crates/*/*/raw/\n", TEXT_F(r->cfg->server.base_path));
	buf_fmt(&b, "Disallow: %.*s/crates/*/diff/\n", TEXT_F(r->cfg->server.base_path));
	buf_fmt(&b, "\nSitemap: %.*s/sitemap.xml\n", TEXT_F(r->cfg->site.url));
	return answer(r, "text/plain; charset=utf-8", &b);
}

static struct text first_chars(struct text t, size_t n)
{
	size_t at = 0;
	uint32_t c;

	while (n-- && text_next_char(t, &at, &c))
		;
	return text_sub(t, 0, at);
}

static void put_search_url(struct xml *x, const char *type, const char *rel, struct text template)
{
	xml_open(x, "Url");
	xml_attr(x, "type", text_from(type));
	if (rel)
		xml_attr(x, "rel", text_from(rel));
	xml_attr(x, "template", template);
	xml_close(x);
}

static struct reply opensearch(struct req *r)
{
	struct buf b = buf_init(r->arena, MAX_BYTES);
	struct xml x = xml_init(&b);
	struct text url = r->cfg->site.url;

	xml_open(&x, "OpenSearchDescription");
	xml_attr(&x, "xmlns", TEXT("http://a9.com/-/spec/opensearch/1.1/"));
	xml_leaf(&x, "ShortName", first_chars(r->cfg->site.title, SHORT_NAME_CHARS));
	xml_leaf(&x, "Description",
		 text_fmt(r->arena, "Search for crates on %.*s", TEXT_F(r->cfg->site.domain)));
	xml_leaf(&x, "InputEncoding", TEXT("UTF-8"));
	put_search_url(&x, "text/html", NULL,
		       text_fmt(r->arena, "%.*s/search?q={searchTerms}", TEXT_F(url)));
	put_search_url(&x, "application/x-suggestions+json", "suggestions",
		       text_fmt(r->arena, "%.*s/suggest?q={searchTerms}", TEXT_F(url)));
	put_search_url(&x, "application/opensearchdescription+xml", "self",
		       text_fmt(r->arena, "%.*s/opensearch.xml", TEXT_F(url)));
	xml_close(&x);
	return answer(r, "application/opensearchdescription+xml; charset=utf-8", &b);
}

static struct reply manifest(struct req *r)
{
	struct buf b = buf_init(r->arena, MAX_BYTES);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_text(&j, "name", r->cfg->site.title);
	jw_text(&j, "short_name", first_chars(r->cfg->site.title, SHORT_NAME_CHARS));
	jw_text(&j, "start_url", text_fmt(r->arena, "%.*s/", TEXT_F(r->cfg->server.base_path)));
	jw_text(&j, "display", TEXT("browser"));
	jw_text(&j, "background_color", TEXT("#ffffff"));
	jw_text(&j, "theme_color", TEXT("#1d6e8a"));
	jw_array(&j, "icons");
	jw_object(&j, NULL);
	jw_text(&j, "src",
		text_fmt(r->arena, "%.*s/favicon.ico", TEXT_F(r->cfg->server.base_path)));
	jw_text(&j, "sizes", TEXT("32x32"));
	jw_text(&j, "type", TEXT("image/x-icon"));
	jw_end(&j);
	jw_end(&j);
	jw_end(&j);
	return answer(r, "application/manifest+json", &b);
}

/* The first day of a month some months ahead: the same for a month, so the file has a validator. */
static struct text expires(struct req *r)
{
	struct time_text now = time_date(time_now_us()); /* "2026-08-01" */
	uint64_t year, month;

	BUG_ON(!text_u64(text_sub(text_from(now.s), 0, 4), 0, 9999, &year) ||
	       !text_u64(text_sub(text_from(now.s), 5, 7), 1, 12, &month));
	month += EXPIRES_MONTHS - 1;
	return text_fmt(r->arena, "%04u-%02u-01T00:00:00Z", (unsigned)(year + month / 12),
			(unsigned)(month % 12 + 1));
}

static struct text security_contact(struct req *r)
{
	if (r->cfg->site.security_contact.n)
		return r->cfg->site.security_contact;
	if (!r->cfg->site.contact.n)
		return TEXT_NONE;
	return text_fmt(r->arena, "mailto:%.*s", TEXT_F(r->cfg->site.contact));
}

static struct reply security(struct req *r)
{
	struct buf b = buf_init(r->arena, MAX_BYTES);
	struct text contact = security_contact(r), url = r->cfg->site.url;

	if (!contact.n)
		return reply_err(r, err_new(r->arena, ERR_NOT_FOUND, "Not Found"));
	buf_fmt(&b, "Contact: %.*s\n", TEXT_F(contact));
	buf_fmt(&b, "Expires: %.*s\n", TEXT_F(expires(r)));
	buf_add(&b, TEXT("Preferred-Languages: en\n"));
	buf_fmt(&b, "Canonical: %.*s/.well-known/security.txt\n", TEXT_F(url));
	buf_fmt(&b, "Policy: %.*s/policies/security\n", TEXT_F(url));
	return answer(r, "text/plain; charset=utf-8", &b);
}

/* ---- pictures at fixed places: their names under /assets/ change with their content */

static struct reply to_asset(struct req *r, const char *name)
{
	struct reply rp = reply_redirect(
		r, 302,
		text_fmt(r->arena, "%.*s/assets/%s", TEXT_F(r->cfg->server.base_path), name));

	reply_header(&rp, "Cache-Control", TEXT("public, max-age=86400"));
	return rp;
}

static struct reply favicon(struct req *r)
{
	return to_asset(r, ASSET_FAVICON_ICO);
}

/* What a link to a crate is shown with elsewhere: the same for each of them (docs/differences.md). */
static struct reply og_image(struct req *r)
{
	struct text file = req_path(r, "file");

	if (!text_ends(file, TEXT(".png")) ||
	    !name_is_valid(NAME_CRATE, text_sub(file, 0, file.n - 4)))
		return reply_err(r, err_new(r->arena, ERR_NOT_FOUND, "Not Found"));
	return to_asset(r, ASSET_OG_PNG);
}

#define FILE_ROUTE(path, fn, what)                                                                 \
	ROUTE(GET, path, fn, .open = true, .auth = AUTH_NONE, .no_db = true, .doc = what)

const struct route machine_routes[] = {
	FILE_ROUTE("/robots.txt", robots, "What who goes through the web leaves alone"),
	FILE_ROUTE("/opensearch.xml", opensearch, "How browsers search here"),
	FILE_ROUTE("/manifest.webmanifest", manifest, "Name and icon of the site"),
	FILE_ROUTE("/.well-known/security.txt", security, "Whom to tell of a hole (RFC 9116)"),
	FILE_ROUTE("/favicon.ico", favicon, "Icon of the site"),
	ROUTE(GET, "/og-images/{file}", og_image, .auth = AUTH_NONE, .no_db = true,
	      .doc = "Picture for links to a crate"),
	ROUTE_END,
};
