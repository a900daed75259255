/*
 * handlers/web/home.c - the front page (contract/web.md P1): four queries, the same as of the API's summary. Where they fail the
 * page says so instead of its lists (W003), with the status of a failure: it is kept by nobody, and the log has the reason.
 */
#include "templates/home.h"
#include "app/base/arena.h"
#include "app/base/config.h"
#include "handlers/api/summary.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"
#include "handlers/web/page.h"

static struct text short_of(struct req *r, uint64_t v)
{
	return text_dup(r->arena, text_from(num_short(v).s));
}

static struct tile tile_of(struct req *r, const struct crate_view *c, enum summary_list list)
{
	struct text num = c->default_version;
	struct tile t = { .name = c->name, .fact = TEXT(""), .about = c->description };

	t.href = crate_url(r->arena, c->name, TEXT_NONE, "");
	switch (list) {
	case SUMMARY_UPDATED:
		if (c->tops.newest_version.p) {
			num = c->tops.newest_version;
			t.href = crate_url(r->arena, c->name, num, "");
		}
		if (num.p)
			t.fact = text_fmt(r->arena, "v%.*s", TEXT_F(num));
		break;
	case SUMMARY_NEW:
		if (num.p)
			t.fact = text_fmt(r->arena, "v%.*s", TEXT_F(num));
		break;
	case SUMMARY_DOWNLOADED:
		t.fact = short_of(r, c->downloads);
		break;
	case SUMMARY_RECENTLY_DOWNLOADED:
		t.fact = short_of(r, c->recent_downloads.v);
		break;
	case SUMMARY_LISTS:
		break;
	}
	return t;
}

static void add_crates(struct req *r, const struct front *f, enum summary_list list,
		       const char *title, const char *href, struct home_page *v)
{
	struct tile *tiles = arena_array(r->arena, SUMMARY_LENGTH, sizeof(*tiles));
	struct tile_list *l = &v->lists[v->nlists++];

	*l = (struct tile_list){ .title = title, .href = text_from(href), .v = tiles };
	for (size_t i = 0; i < f->s.n[list]; i++) {
		const struct crate_view *c =
			crate_view_find(f->crates, f->ncrates, f->s.ids[list][i]);

		if (c)
			tiles[l->n++] = tile_of(r, c, list);
	}
}

static struct text count_of(struct req *r, uint64_t n)
{
	return text_fmt(r->arena, "%s %s", num(n).s, plural(n, "crate", "crates"));
}

static void add_words(struct req *r, const struct front *f, struct home_page *v)
{
	struct tile *k = arena_array(r->arena, SUMMARY_LENGTH, sizeof(*k));
	struct tile *c = arena_array(r->arena, SUMMARY_LENGTH, sizeof(*c));
	size_t nk = 0, nc = 0;

	for (; nk < f->nkeywords; nk++)
		k[nk] = (struct tile){ .href = text_fmt(r->arena, "/keywords/%.*s",
							TEXT_F(f->keywords[nk].keyword)),
				       .name = f->keywords[nk].keyword,
				       .fact = count_of(r, f->keywords[nk].crates_cnt) };
	for (; nc < f->ncategories && nc < SUMMARY_LENGTH; nc++)
		c[nc] = (struct tile){ .href = text_fmt(r->arena, "/categories/%.*s",
							TEXT_F(f->categories[nc].slug)),
				       .name = f->categories[nc].category,
				       .fact = count_of(r, f->categories[nc].crates_cnt) };
	v->lists[v->nlists++] = (struct tile_list){ "Popular keywords", TEXT("/keywords"), k, nk };
	v->lists[v->nlists++] =
		(struct tile_list){ "Popular categories", TEXT("/categories"), c, nc };
}

static struct reply home_get(struct req *r)
{
	struct home_page v = { 0 };
	struct front f = { 0 };
	const struct err *e = front_load(r, &f);
	struct reply rp;

	v.head.title = TEXT("");
	v.head.description =
		text_fmt(r->arena, "%.*s: a registry of Rust packages", TEXT_F(r->cfg->site.title));
	v.head.canonical = TEXT("/");
	v.head.feed = TEXT("/rss/updates.xml");
	v.head.feed_title = TEXT("New versions");
	v.head.search_focus = true;
	v.failed = e != NULL;
	v.downloads = f.s.num_downloads;
	v.crates = f.s.num_crates;
	v.registry = r->cfg->registry.name;
	/* cargo asks for the second part where a registry is private (contract/index.md 9.2). */
	v.config =
		text_fmt(r->arena, "[registries.%.*s]\nindex = \"sparse+%.*s/index/\"%s",
			 TEXT_F(v.registry), TEXT_F(r->cfg->site.url),
			 r->cfg->registry.auth_required
				 ? "\n\n[registry]\nglobal-credential-providers = [\"cargo:token\"]"
				 : "");
	if (!v.failed) {
		add_crates(r, &f, SUMMARY_NEW, "New crates", "/crates?sort=new", &v);
		add_crates(r, &f, SUMMARY_DOWNLOADED, "Most downloaded", "/crates?sort=downloads",
			   &v);
		add_crates(r, &f, SUMMARY_UPDATED, "Just updated", "/crates?sort=recent-updates",
			   &v);
		add_crates(r, &f, SUMMARY_RECENTLY_DOWNLOADED, "Most recent downloads",
			   "/crates?sort=recent-downloads", &v);
		add_words(r, &f, &v);
	}
	rp = reply_page(r, v.failed ? err_status(e) : 200, home_page, &v);
	rp.err = e;
	return rp;
}

const struct route home_routes[] = {
	ROUTE(GET, "/", home_get, .auth = AUTH_NONE, .page = true, .doc = "Page: the front page"),
	ROUTE_END,
};
