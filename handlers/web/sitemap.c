/*
 * handlers/web/sitemap.c - GET /sitemap.xml, /sitemaps/{file} (contract/web.md 13.5, P70; sitemaps.org)
 *
 * The index names pages.xml (pages that are not of a crate, and categories) and one part for each 50,000 ids of crates.
 * A part goes out while it is read: however many crates there are, a worker holds 64 KiB of it.
 */
#include "db/sitemap.h"
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/base/xml.h"
#include "app/server/req.h"
#include "db/category.h"
#include "handlers/routes.h"

#define SITEMAP_NS "http://www.sitemaps.org/schemas/sitemap/0.9"

enum { INDEX_MAX_BYTES = 4 << 20, PAGES_MAX_BYTES = 1 << 20 };

static const char *const pages[] = {
	"/",
	"/crates",
	"/keywords",
	"/categories",
	"/category_slugs",
	"/policies",
	"/policies/security",
	"/data-access",
	"/docs/rate-limits",
	"/docs/trusted-publishing",
	"/help/search",
	"/help/api",
	"/support",
	"/status",
};

/* A private registry has nothing to tell to who goes through the web. */
static const struct err *only_public(struct req *r)
{
	return r->cfg->registry.auth_required ? err_new(r->arena, ERR_NOT_FOUND, "Not Found")
					      : NULL;
}

static void open_set(struct xml *x, const char *name)
{
	xml_open(x, name);
	xml_attr(x, "xmlns", TEXT(SITEMAP_NS));
}

static void put_url(struct xml *x, const char *name, struct text url, int64_t changed_us)
{
	xml_open(x, name);
	xml_leaf(x, "loc", url);
	if (changed_us)
		xml_leaf(x, "lastmod", text_from(time_date(changed_us).s));
	xml_close(x);
}

static struct text site_url(struct req *r, const char *path)
{
	return text_fmt(r->arena, "%.*s%s", TEXT_F(r->cfg->site.url), path);
}

static struct reply with_lifetime(struct reply rp)
{
	if (rp.status == 200 || rp.status == 304)
		reply_header(&rp, "Cache-Control", TEXT("public, max-age=3600"));
	return rp;
}

static struct reply xml_reply(struct req *r, const struct err *e, struct buf *b)
{
	struct text xml = TEXT_NONE;

	if (!e)
		e = buf_done(b, &xml);
	return e ? reply_err(r, e)
		 : with_lifetime(reply_text(r, 200, "text/xml; charset=UTF-8", xml));
}

static struct reply index_get(struct req *r)
{
	struct buf b = buf_init(r->arena, INDEX_MAX_BYTES);
	struct xml x = xml_init(&b);
	struct sitemap_state s;
	const struct err *e = only_public(r);

	if (!e)
		e = db_sitemap_state(r->db, &s);
	if (e)
		return reply_err(r, e);
	open_set(&x, "sitemapindex");
	put_url(&x, "sitemap", site_url(r, "/sitemaps/pages.xml"), 0);
	for (uint64_t part = 0; part * SITEMAP_PART < s.max_id; part++)
		put_url(&x, "sitemap",
			text_fmt(r->arena, "%.*s/sitemaps/%llu.xml", TEXT_F(r->cfg->site.url),
				 (unsigned long long)part),
			0);
	xml_close(&x);
	return xml_reply(r, NULL, &b);
}

static struct reply pages_get(struct req *r)
{
	struct buf b = buf_init(r->arena, PAGES_MAX_BYTES);
	struct xml x = xml_init(&b);
	struct category_view *all;
	size_t n;
	const struct err *e = db_categories(r->db, &all, &n);

	if (e)
		return reply_err(r, e);
	open_set(&x, "urlset");
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
		put_url(&x, "url", site_url(r, pages[i]), 0);
	for (size_t i = 0; i < n; i++) {
		struct buf url = buf_init(r->arena, 4096);

		buf_add(&url, site_url(r, "/categories/"));
		buf_url(&url, all[i].slug);
		put_url(&x, "url", buf_text(&url), 0);
	}
	xml_close(&x);
	return xml_reply(r, NULL, &b);
}

/* ---- a part of the crates, streamed */

struct part {
	struct req *r;
	uint64_t number;
	bool (*write)(struct req *r, struct text part);
	struct xml x;
	struct arena *scratch; /* of one crate */
};

static const struct err *put_crate(void *ctx, const struct sitemap_crate *crate)
{
	struct part *p = ctx;

	put_url(&p->x, "url",
		text_fmt(p->scratch, "%.*s/crates/%.*s", TEXT_F(p->r->cfg->site.url),
			 TEXT_F(crate->name)),
		crate->updated_us);
	arena_reset(p->scratch);
	return buf_ok(p->x.b) ? NULL : err_new(p->r->arena, ERR_BUSY, "the reader is gone");
}

static bool pass_on(void *ctx, struct text part)
{
	struct part *p = ctx;

	return p->write(p->r, part);
}

static void free_scratch(void *p)
{
	arena_free(p);
}

static bool stream_part(struct req *r, void *ctx, bool (*write)(struct req *r, struct text part))
{
	struct part *p = ctx;
	struct buf b = buf_init_sink(r->arena, pass_on, p);
	const struct err *e;

	p->write = write;
	p->scratch = arena_new(0);
	arena_defer(r->arena, free_scratch, p->scratch);
	p->x = xml_init(&b);
	open_set(&p->x, "urlset");
	e = db_sitemap_each(r->db, p->number, put_crate, p);
	if (e) {
		log_err(LOG_LEVEL_WARN, "sitemap", e);
		return false;
	}
	xml_close(&p->x);
	return buf_flush(&b);
}

/* What was changed last and how many there are tell whether any part may differ. */
static struct reply part_get(struct req *r, uint64_t number, const struct sitemap_state *s)
{
	struct part *p = arena_alloc(r->arena, sizeof(*p));
	struct reply rp;

	p->r = r;
	p->number = number;
	rp = reply_stream(r, 200, "text/xml; charset=UTF-8", stream_part, p);
	reply_validator(r, &rp,
			text_fmt(r->arena, "%llx-%llx-%llx", (unsigned long long)s->updated_us,
				 (unsigned long long)s->max_id, (unsigned long long)s->num_crates));
	return with_lifetime(rp);
}

static struct reply file_get(struct req *r)
{
	struct text file = req_path(r, "file");
	struct sitemap_state s;
	uint64_t number;
	const struct err *e = only_public(r);

	if (!e && text_eq(file, TEXT("pages.xml")))
		return pages_get(r);
	if (!e && (!text_ends(file, TEXT(".xml")) ||
		   !text_u64(text_sub(file, 0, file.n - 4), 0, UINT32_MAX, &number)))
		e = err_new(r->arena, ERR_NOT_FOUND, "Not Found");
	if (!e)
		e = db_sitemap_state(r->db, &s);
	if (!e && number * SITEMAP_PART >= s.max_id)
		e = err_new(r->arena, ERR_NOT_FOUND, "Not Found");
	return e ? reply_err(r, e) : part_get(r, number, &s);
}

const struct route sitemap_routes[] = {
	ROUTE(GET, "/sitemap.xml", index_get, .auth = AUTH_NONE, .doc = "Index of site maps"),
	ROUTE(GET, "/sitemaps/{file}", file_get, .auth = AUTH_NONE,
	      .doc = "Pages, or a part of the crates, for who goes through the web"),
	ROUTE_END,
};
