/* handlers/web/crate_page.c - /crates/{name} and /crates/{name}/{version} (contract/web.md P9, P10): eight queries */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/semver.h"
#include "app/storage/storage.h"
#include "db/owner.h"
#include "handlers/routes.h"
#include "handlers/web/crate_about.h"
#include "handlers/web/crate_frame.h"
#include "handlers/web/download_chart.h"
#include "handlers/web/elsewhere.h"
#include "handlers/web/owner_links.h"
#include "templates/readme.h"

enum { README_MAX_BYTES = 150 * 1024, WINDOW_DAYS = 90, ADVISORIES_SHOWN = 5 };

/* ---- readme */

/* The error of the storage is for the log: the page says that the readme cannot be read, and has all else. */
static const struct err *add_readme(struct req *r, const struct crate_frame *f,
				    struct crate_page *v)
{
	struct text path, html = TEXT_NONE;
	const struct err *e;

	if (!f->has_version)
		return NULL;
	path = text_fmt(r->arena, "readmes/%.*s/%.*s-%.*s.html", TEXT_F(f->crate.name),
			TEXT_F(f->crate.name), TEXT_F(f->version.num));
	e = storage_get_public(r->app->storage, r->arena, path, &html);
	v->readme_missing = e != NULL;
	v->readme = readme_html(r->arena, html, page_images(r), README_MAX_BYTES);
	v->readme_whole = crate_url(r->arena, f->crate.name, f->version.num, "/code");
	return e;
}

/* ---- notices, the gravest first */

static struct notice *add_notice(struct crate_page *v, const char *kind, struct text text)
{
	struct notice *n = &v->notices[v->nnotices];

	if (v->nnotices + 1 < ARRAY_SIZE(v->notices)) /* the last one is overwritten */
		v->nnotices++;
	*n = (struct notice){ .kind = kind, .text = text };
	return n;
}

static void add_advisory(struct req *r, const struct crate_frame *f, const struct advisory *a,
			 struct crate_page *v)
{
	struct notice *n;

	if (advisory_is_unmaintained(a))
		n = add_notice(v, "warn",
			       text_fmt(r->arena, "This crate is reported as unmaintained: %.*s.",
					TEXT_F(a->title)));
	else
		n = add_notice(v, "bad",
			       text_fmt(r->arena,
					"Version %.*s is affected by a security advisory: %.*s.",
					TEXT_F(f->version.num), TEXT_F(a->title)));
	n->href = crate_url(r->arena, f->crate.name, TEXT_NONE, "/security");
	n->label = a->id;
}

/* The gravest of them: the rest is said in one, so that there is room for what else is to be said. */
static void add_advisories(struct req *r, const struct crate_frame *f, const struct advisory *a,
			   size_t n, struct crate_page *v)
{
	struct notice *more;
	size_t left = 0;

	for (int unmaintained = 0; unmaintained < 2; unmaintained++)
		for (size_t i = 0; i < n; i++) {
			if (advisory_is_unmaintained(&a[i]) != unmaintained ||
			    !advisory_affects(&a[i], f->version.num))
				continue;
			if (v->nnotices < ADVISORIES_SHOWN)
				add_advisory(r, f, &a[i], v);
			else
				left++;
		}
	if (!left)
		return;
	more = add_notice(v, "bad",
			  text_fmt(r->arena, "%zu more security %s about it.", left,
				   left == 1 ? "advisory is" : "advisories are"));
	more->href = crate_url(r->arena, f->crate.name, TEXT_NONE, "/security");
	more->label = TEXT("See all");
}

static void add_yanked(struct req *r, const struct crate_frame *f, struct crate_page *v)
{
	struct text when = TEXT(""), why = TEXT("");
	struct notice *n;

	if (f->facts.yanked_us.set)
		when = text_fmt(r->arena, " on %s", day(f->facts.yanked_us.v).s);
	if (f->version.yank_message.n)
		why = text_fmt(r->arena, ": %.*s", TEXT_F(f->version.yank_message));
	n = add_notice(v, "bad",
		       text_fmt(r->arena,
				"This version was yanked%.*s%.*s. Projects that name it in their "
				"Cargo.lock "
				"still build; new ones do not get it.",
				TEXT_F(when), TEXT_F(why)));
	if (!f->crate.default_yanked.v && f->crate.default_version.p) {
		n->href = crate_url(r->arena, f->crate.name, TEXT_NONE, "");
		n->label = text_fmt(r->arena, "Use %.*s", TEXT_F(f->crate.default_version));
	}
}

static bool is_older(struct text num, struct text than)
{
	struct semver a, b;

	return semver_parse(num, &a) && semver_parse(than, &b) && semver_cmp(&a, &b) < 0;
}

static void add_replacement(struct req *r, const struct crate_frame *f, struct crate_page *v)
{
	struct notice *n = add_notice(v, "info", TEXT("You might not need this dependency. "));

	n->words = words_of(r->arena, f->facts.replaced_by);
	n->href = f->facts.replaced_url;
	n->label = TEXT("Learn more");
}

static void add_notices(struct req *r, const struct crate_frame *f, const struct advisory *a,
			size_t n, struct crate_page *v)
{
	const struct version_view *x = &f->version;
	struct notice *newer;

	if (!f->has_version)
		return;
	add_advisories(r, f, a, n, v);
	if (x->yanked)
		add_yanked(r, f, v);
	if (!f->versioned && x->prerelease)
		(void)add_notice(
			v, "info",
			TEXT("This crate has pre-releases only: cargo takes one when it is "
			     "named in full."));
	if (f->facts.replaced_by.n && r->cfg->replacements.url.n)
		add_replacement(r, f, v);
	if (f->versioned && !x->yanked && is_older(x->num, f->crate.default_version)) {
		newer = add_notice(v, "info",
				   text_fmt(r->arena, "There is a newer version, %.*s.",
					    TEXT_F(f->crate.default_version)));
		newer->href = crate_url(r->arena, f->crate.name, TEXT_NONE, "");
		newer->label = TEXT("See it");
	}
}

/* ---- people and categories */

static void add_owners(struct req *r, const struct owner_view *o, size_t n, struct crate_page *v)
{
	struct owner_link *links = arena_array(r->arena, n + 1, sizeof(*links));

	o = owners_in_order(r, o, n);
	for (size_t i = 0; i < n; i++)
		links[v->nowners++] = owner_link(r, &o[i]);
	v->owners = links;
}

static void add_categories(struct req *r, struct text lines, struct crate_page *v)
{
	struct link *links = arena_array(r->arena, lines.n / 2 + 1, sizeof(*links));
	struct text line, slug;

	while (text_cut(&lines, '\n', &line)) {
		(void)text_cut(&line, '\t', &slug);
		links[v->ncategories++] =
			(struct link){ .href = text_fmt(r->arena, "/categories/%.*s", TEXT_F(slug)),
				       .label = line };
	}
	v->categories = links;
}

/* ---- downloads */

static const struct err *add_stats(struct req *r, const struct crate_frame *f, struct crate_page *v)
{
	struct chart *c = arena_alloc(r->arena, sizeof(*c));
	const struct err *e = download_chart_mode(r, &v->chart.mode);

	if (!e && f->versioned)
		e = download_chart_of_version(r, f->version.id, f->version.num,
					      f->version.created_us, WINDOW_DAYS, c);
	else if (!e)
		e = download_chart(r, f->crate.id, f->crate.created_us, WINDOW_DAYS, c);
	if (e)
		return e;
	if (chart_total(c))
		v->chart.chart = c;
	v->chart.title = TEXT("Downloads a day in the last 90 days");
	v->chart.mode_prefix = TEXT("?chart=");
	v->stats_title =
		f->versioned ? text_fmt(r->arena, "Stats overview for %.*s", TEXT_F(f->version.num))
			     : TEXT("Stats overview");
	v->more_href = text_fmt(r->arena, "%.*s/stats", TEXT_F(crate_path(r, f)));
	v->downloads = f->versioned ? f->version.downloads : f->crate.downloads;
	if (f->versioned) {
		v->all_href = crate_url(r->arena, f->crate.name, TEXT_NONE, "#stats-h");
		return NULL;
	}
	v->recent = f->crate.recent_downloads;
	v->versions = f->crate.num_versions;
	return NULL;
}

/* ---- the page */

static struct reply show(struct req *r, bool versioned)
{
	struct crate_page v = { 0 };
	struct crate_frame f;
	struct crate_may may;
	struct owner_view *owners;
	struct advisory *advisories = NULL;
	size_t nowners, nadvisories = 0;
	struct reply rp;
	const struct err *e = crate_frame(r, versioned, &f);

	if (!e)
		e = db_owners(r->db, f.crate.id, &owners, &nowners);
	if (!e && f.facts.advisories)
		e = db_advisories(r->db, f.crate.name, &advisories, &nadvisories);
	if (!e)
		e = add_stats(r, &f, &v);
	if (e)
		return reply_err(r, e);
	docs_refresh(r, &f);
	crate_frame_head(r, &f, TAB_README, "", &v.head);
	if (versioned)
		v.head.title = text_fmt(r->arena, "%.*s %.*s", TEXT_F(f.crate.name),
					TEXT_F(f.version.num));
	v.crate = &f.head;
	v.keywords = f.head.keywords;
	may = crate_may(r, &f);
	if (f.has_version)
		v.manage = version_manage(r, &may, &f.version);
	crate_about(r, &f, &v);
	e = add_readme(r, &f, &v);
	add_notices(r, &f, advisories, nadvisories, &v);
	add_owners(r, owners, nowners, &v);
	add_categories(r, f.facts.categories, &v);
	v.report = text_fmt(r->arena, "/support?inquire=crate-violation&crate=%.*s",
			    TEXT_F(f.crate.name));
	rp = reply_page_with_images(r, v.readme.images, 200, crate_page, &v);
	if (e)
		page_not_kept(&rp, e);
	return rp;
}

static struct reply crate_get(struct req *r)
{
	return show(r, false);
}

static struct reply version_get(struct req *r)
{
	return show(r, true);
}

const struct route crate_page_routes[] = {
	ROUTE(GET, "/crates/{name}", crate_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: a crate"),
	ROUTE(GET, "/crates/{name}/", crate_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: a crate"),
	ROUTE(GET, "/crates/{name}/{version}", version_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: a version"),
	ROUTE(GET, "/crates/{name}/{version}/", version_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: a version"),
	ROUTE_END,
};
