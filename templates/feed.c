#include "templates/feed.h"

#include "app/base/config.h"
#include "app/base/time.h"
#include "app/base/xml.h"

#define CRATES_NS "https://crates.io/"
#define ATOM_NS "http://www.w3.org/2005/Atom"

enum { URL_MAX = 4096 };

static const char *const folders[] = {
	[FEED_CRATES] = "crates",         [FEED_UPDATES] = "updates",      [FEED_CRATE] = "crates/",
	[FEED_KEYWORD] = "keywords/",     [FEED_CATEGORY] = "categories/", [FEED_USER] = "users/",
	[FEED_FOLLOWED] = "me/following",
};

struct text feed_path(struct arena *a, enum feed_kind kind, struct text name)
{
	struct buf b = buf_init(a, URL_MAX);

	buf_add(&b, text_from(folders[kind]));
	buf_url(&b, name);
	buf_add(&b, TEXT(".xml"));
	return buf_text(&b);
}

/* Whether a job writes it as a public file, too: that one is the address it gives for itself, as at crates.io. */
static bool is_file(enum feed_kind kind)
{
	return kind == FEED_CRATES || kind == FEED_UPDATES || kind == FEED_CRATE;
}

static struct text self_url(struct arena *a, const struct config *cfg, const struct feed *f,
			    bool atom)
{
	if (f->self.p)
		return text_fmt(a, "%.*s%.*s", TEXT_F(cfg->site.url), TEXT_F(f->self));
	return text_fmt(a, "%.*s/%s/%.*s", TEXT_F(cfg->site.url),
			atom               ? "atom"
			: is_file(f->kind) ? "static/rss"
					   : "rss",
			TEXT_F(feed_path(a, f->kind, f->name)));
}

static struct text title_of(struct arena *a, const struct config *cfg, const struct feed *f)
{
	static const char *const after[] = {
		[FEED_CRATES] = "newest crates",
		[FEED_UPDATES] = "recent updates",
		[FEED_CRATE] = " releases",
		[FEED_KEYWORD] = " keyword updates",
		[FEED_CATEGORY] = " category updates",
		[FEED_USER] = " publishes",
		[FEED_FOLLOWED] = "crates you follow",
	};

	return text_fmt(a, "%.*s: %.*s%s", TEXT_F(cfg->site.domain), TEXT_F(f->name),
			after[f->kind]);
}

/* The page that shows the same. */
static struct text page_url(struct arena *a, const struct config *cfg, const struct feed *f)
{
	struct buf b = buf_init(a, URL_MAX);

	buf_add(&b, cfg->site.url);
	buf_byte(&b, '/');
	if (f->kind == FEED_FOLLOWED)
		buf_add(&b, text_from(folders[f->kind]));
	if (f->name.p) {
		buf_add(&b, text_from(folders[f->kind]));
		buf_url(&b, f->name);
	}
	return buf_text(&b);
}

static struct text description_of(struct arena *a, const struct config *cfg, const struct feed *f)
{
	static const char *const begin[] = {
		[FEED_CRATES] = "Newest crates registered",
		[FEED_UPDATES] = "Recent version publishes",
		[FEED_CRATE] = "Recent releases of the ",
		[FEED_KEYWORD] = "Recent releases of crates with the keyword ",
		[FEED_CATEGORY] = "Recent releases of crates in the category ",
		[FEED_USER] = "Recent version publishes by ",
		[FEED_FOLLOWED] = "Recent version publishes of followed crates",
	};

	return text_fmt(a, "%s%.*s%s on the %.*s package registry", begin[f->kind], TEXT_F(f->name),
			f->kind == FEED_CRATE ? " crate" : "", TEXT_F(cfg->site.domain));
}

static struct text item_title(struct arena *a, const struct feed_item *i)
{
	if (!i->num.p)
		return text_fmt(a, "New crate created: %.*s", TEXT_F(i->crate));
	return text_fmt(a, "New crate version published: %.*s v%.*s", TEXT_F(i->crate),
			TEXT_F(i->num));
}

/* Names and numbers hold nothing that a path cannot; the + of a version stays, as upstream. */
static struct text item_url(struct arena *a, const struct config *cfg, const struct feed_item *i)
{
	return text_fmt(a, "%.*s/crates/%.*s%s%.*s", TEXT_F(cfg->site.url), TEXT_F(i->crate),
			i->num.p ? "/" : "", TEXT_F(i->num));
}

static void put_names(struct xml *x, const struct feed_item *i)
{
	xml_leaf(x, "crates:name", i->crate);
	if (i->num.p)
		xml_leaf(x, "crates:version", i->num);
}

static void rss_item(struct xml *x, const struct config *cfg, const struct feed_item *i)
{
	struct arena *a = x->b->arena;
	struct text url = item_url(a, cfg, i);

	xml_open(x, "item");
	xml_leaf(x, "title", item_title(a, i));
	xml_leaf(x, "link", url);
	if (i->description.p)
		xml_leaf_cdata(x, "description", i->description);
	xml_leaf(x, "guid", url);
	xml_leaf(x, "pubDate", text_from(time_rfc2822(i->created_us).s));
	put_names(x, i);
	xml_close(x);
}

void feed_rss(struct buf *b, const struct config *cfg, const struct feed *f)
{
	struct arena *a = b->arena;
	struct xml x = xml_init(b);

	xml_open(&x, "rss");
	xml_attr(&x, "version", TEXT("2.0"));
	xml_attr(&x, "xmlns:atom", TEXT(ATOM_NS));
	xml_attr(&x, "xmlns:crates", TEXT(CRATES_NS));
	xml_open(&x, "channel");
	xml_leaf(&x, "title", title_of(a, cfg, f));
	xml_leaf(&x, "link", page_url(a, cfg, f));
	xml_leaf(&x, "description", description_of(a, cfg, f));
	xml_leaf(&x, "language", TEXT("en"));
	xml_open(&x, "atom:link");
	xml_attr(&x, "href", self_url(a, cfg, f, false));
	xml_attr(&x, "rel", TEXT("self"));
	xml_attr(&x, "type", TEXT("application/rss+xml"));
	xml_close(&x);
	for (size_t i = 0; i < f->items.n; i++)
		rss_item(&x, cfg, &f->items.v[i]);
	xml_close(&x);
	xml_close(&x);
}

static void atom_link(struct xml *x, const char *rel, const char *type, struct text href)
{
	xml_open(x, "link");
	xml_attr(x, "rel", text_from(rel));
	xml_attr(x, "type", text_from(type));
	xml_attr(x, "href", href);
	xml_close(x);
}

static void atom_entry(struct xml *x, const struct config *cfg, const struct feed_item *i)
{
	struct arena *a = x->b->arena;
	struct text url = item_url(a, cfg, i);

	xml_open(x, "entry");
	xml_leaf(x, "title", item_title(a, i));
	atom_link(x, "alternate", "text/html", url);
	xml_leaf(x, "id", url);
	xml_leaf(x, "updated", text_from(time_rfc3339(i->created_us).s));
	if (i->description.p)
		xml_leaf(x, "summary", i->description);
	put_names(x, i);
	xml_close(x);
}

void feed_atom(struct buf *b, const struct config *cfg, const struct feed *f)
{
	struct arena *a = b->arena;
	struct text self = self_url(a, cfg, f, true);
	struct xml x = xml_init(b);

	xml_open(&x, "feed");
	xml_attr(&x, "xmlns", TEXT(ATOM_NS));
	xml_attr(&x, "xmlns:crates", TEXT(CRATES_NS));
	xml_attr(&x, "xml:lang", TEXT("en"));
	xml_leaf(&x, "title", title_of(a, cfg, f));
	xml_leaf(&x, "subtitle", description_of(a, cfg, f));
	atom_link(&x, "self", "application/atom+xml", self);
	atom_link(&x, "alternate", "text/html", page_url(a, cfg, f));
	xml_leaf(&x, "id", self);
	/* One that never had an entry has to have been changed at some time all the same. */
	xml_leaf(&x, "updated",
		 text_from(time_rfc3339(f->items.n ? f->items.v[0].created_us : 0).s));
	xml_open(&x, "author");
	xml_leaf(&x, "name", cfg->site.domain);
	xml_close(&x);
	for (size_t i = 0; i < f->items.n; i++)
		atom_entry(&x, cfg, &f->items.v[i]);
	xml_close(&x);
}
