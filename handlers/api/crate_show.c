/* handlers/api/crate_show.c - GET /api/v1/crates/{name}, and GET /api/v1/crates/new for a crate of
 * that name */
#include "app/base/arena.h"
#include "handlers/api/common.h"
#include "templates/json_crate.h"
#include "templates/json_version.h"

enum {
	WITH_VERSIONS = 1,
	WITH_KEYWORDS = 2,
	WITH_CATEGORIES = 4,
	WITH_BADGES = 8,
	WITH_DOWNLOADS = 16,
	WITH_DEFAULT_VERSION = 32,
	WITH_FULL = 64,
};

static const struct err *read_include(struct req *r, unsigned *ret)
{
	static const char *const names[] = { "versions",  "keywords",        "categories", "badges",
					     "downloads", "default_version", "full" };
	const struct err *e;
	struct text value;

	e = req_query_word(r, "include", &value);
	if (e)
		return e;
	e = req_include(r, value.p ? value : TEXT("full"), names, ARRAY_SIZE(names),
			"'versions', 'keywords', 'categories', 'badges', 'downloads', "
			"'default_version', or 'full'",
			ret);
	if (!e && (*ret & WITH_FULL))
		*ret = WITH_FULL - 1;
	return e;
}

struct shown {
	struct crate_view crate;
	struct version_view *versions;
	size_t nversions;
	bool versions_are_null;
	struct crate_topics topics;
};

static const struct err *load_versions(struct req *r, unsigned include, struct shown *s)
{
	const struct err *e;

	if (include & WITH_VERSIONS)
		return db_version_views(r->db, s->crate.id, s->crate.name, &s->versions,
					&s->nversions);
	s->versions_are_null = true;
	if (!(include & WITH_DEFAULT_VERSION) || !s->crate.default_version_id.set)
		return NULL;
	s->versions = arena_alloc(r->arena, sizeof(*s->versions));
	e = db_version_view_by_id(r->db, s->crate.default_version_id.v, s->versions);
	if (!e)
		e = db_version_actions(r->db, s->versions);
	if (e)
		return e;
	s->nversions = 1;
	s->versions_are_null = false;
	return NULL;
}

static const struct err *load(struct req *r, unsigned include, struct shown *s)
{
	const struct err *e = load_versions(r, include, s);

	if (!e && (include & (WITH_KEYWORDS | WITH_CATEGORIES)))
		e = db_crate_topics(r->db, s->crate.id, &s->topics);
	return e;
}

static void write_lists(struct jw *j, unsigned include, const struct shown *s)
{
	if (s->versions_are_null)
		jw_null(j, "versions");
	else
		json_versions(j, "versions", s->versions, s->nversions, TEXT_NONE);
	if (include & WITH_KEYWORDS) {
		jw_array(j, "keywords");
		for (size_t i = 0; i < s->topics.nkeywords; i++)
			json_keyword(j, NULL, &s->topics.keywords[i]);
		jw_end(j);
	} else {
		jw_null(j, "keywords");
	}
	if (include & WITH_CATEGORIES) {
		jw_array(j, "categories");
		for (size_t i = 0; i < s->topics.ncategories; i++)
			json_category(j, &s->topics.categories[i]);
		jw_end(j);
	} else {
		jw_null(j, "categories");
	}
}

static struct reply show(struct req *r, struct text name)
{
	struct json_crate_with with = { 0 };
	struct shown s = { 0 };
	const struct err *e;
	unsigned include;
	bool same = false;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = read_include(r, &include);
	if (!e)
		e = req_crate_unless_same(r, name, &s.crate, &same);
	if (same)
		return reply_unchanged(r);
	if (!e)
		e = load(r, include, &s);
	if (e)
		return reply_err(r, e);
	with.with_tops = (include & WITH_VERSIONS) != 0;
	with.with_versions = (include & WITH_VERSIONS) != 0;
	with.versions = s.versions;
	with.nversions = s.nversions;
	with.with_keywords = (include & WITH_KEYWORDS) != 0;
	with.keywords = s.topics.keywords;
	with.nkeywords = s.topics.nkeywords;
	with.with_categories = (include & WITH_CATEGORIES) != 0;
	with.categories = s.topics.categories;
	with.ncategories = s.topics.ncategories;
	with.with_recent_downloads = (include & WITH_DOWNLOADS) != 0;
	jw_object(&j, NULL);
	json_crate(&j, "crate", &s.crate, &with);
	write_lists(&j, include, &s);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

static struct reply crate_show(struct req *r)
{
	return show(r, req_path(r, "name"));
}

static struct reply crate_show_new(struct req *r)
{
	return show(r, TEXT("new"));
}

const struct route crate_show_routes[] = {
	ROUTE(GET, "/api/v1/crates/new", crate_show_new, .auth = AUTH_NONE,
	      .doc = "A crate called `new`"),
	ROUTE(GET, "/api/v1/crates/{name}", crate_show, .auth = AUTH_NONE,
	      .doc = "A crate with its versions"),
	ROUTE_END,
};
