#include "handlers/web/crate_frame.h"

#include "app/base/arena.h"
#include "app/outside/docs.h"
#include "app/registry/marks.h"
#include "app/registry/name.h"
#include "app/server/may.h"

#include <string.h>

enum { URL_MAX_BYTES = 4096 };

static const struct err *crate_absent(struct req *r, struct text name)
{
	return err_new(r->arena, ERR_NOT_FOUND, "Crate \"%.*s\" not found", TEXT_F(name));
}

struct links crate_near_names(struct req *r, struct text name)
{
	struct near_name *names;
	struct link *v;
	size_t n;

	if (!name.p || !name_is_valid(NAME_CRATE, name) || db_near_names(r->db, name, &names, &n))
		return (struct links){ NULL, 0 };
	v = arena_array(r->arena, n + 1, sizeof(*v));
	for (size_t i = 0; i < n; i++)
		v[i] = (struct link){ .href = crate_url(r->arena, names[i].name, TEXT_NONE, ""),
				      .label = names[i].name };
	return (struct links){ v, n };
}

static const struct err *find_version(struct req *r, struct crate_frame *f)
{
	struct text num;
	const struct err *e;

	if (!f->versioned) {
		if (!f->crate.default_version_id.set)
			return NULL;
		e = db_version_view_by_id(r->db, f->crate.default_version_id.v, &f->version);
	} else {
		num = req_path(r, "version");
		e = db_version_view(r->db, f->crate.id, f->crate.name, num, &f->version);
		if (err_is(e, ERR_NOT_FOUND))
			return err_new(r->arena, ERR_NOT_FOUND, "%.*s: Version %.*s not found",
				       TEXT_F(f->crate.name), TEXT_F(num));
	}
	f->has_version = !e;
	return e;
}

const struct err *crate_frame(struct req *r, bool versioned, struct crate_frame *ret)
{
	struct text name = req_path(r, "name");
	struct text num = versioned ? req_path(r, "version") : TEXT_NONE;
	struct crate_frame f = { .versioned = versioned };
	struct crate_shown shown;
	const struct err *e;

	if (!name_is_valid(NAME_CRATE, name))
		return crate_absent(r, name);
	e = db_crate_shown(r->db, name, num, r->user.id, &shown);
	if (err_is(e, ERR_NOT_FOUND))
		return crate_absent(r, name);
	if (e)
		return e;
	f.crate = shown.crate;
	f.facts = shown.facts;
	e = find_version(r, &f);
	if (err_is(e, ERR_NOT_FOUND) && !versioned) /* it has gone since */
		return crate_absent(r, name);
	if (!e)
		*ret = f;
	return e;
}

static struct crate_may may_of(struct req *r, const struct crate_frame *f, bool in_team)
{
	const struct rights_actor who = { .is_owner = f->facts.owns != 0,
					  .in_team = in_team,
					  .is_admin = r->user.is_admin };

	return (struct crate_may){
		.yank = !rights_require(r->arena, &who, RIGHTS_TO_YANK),
		.rebuild_docs =
			docs_on(r->cfg) && !rights_require(r->arena, &who, RIGHTS_TO_REBUILD_DOCS),
	};
}

struct crate_may crate_may(struct req *r, const struct crate_frame *f)
{
	return may_of(r, f, false);
}

const struct err *crate_may_with_teams(struct req *r, const struct crate_frame *f,
				       struct crate_may *ret)
{
	const struct err *e = NULL;
	bool in_team = false;

	if (r->user.id && !f->facts.owns && f->facts.teams)
		e = may_seem_in_team(r, f->crate.id, &in_team);
	if (!e)
		*ret = may_of(r, f, in_team);
	return e;
}

static void put_segment(struct buf *b, struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (char_is_alnum(t.p[i]) || text_has_byte(TEXT("-._~+"), t.p[i]))
			buf_byte(b, t.p[i]);
		else
			buf_url(b, text_sub(t, i, i + 1));
}

struct text crate_url(struct arena *a, struct text name, struct text num, const char *sub)
{
	struct buf b = buf_init(a, URL_MAX_BYTES);

	buf_add(&b, TEXT("/crates/"));
	put_segment(&b, name);
	if (num.p) {
		buf_byte(&b, '/');
		put_segment(&b, num);
	}
	buf_add(&b, text_from(sub));
	return buf_text(&b);
}

struct text crate_path(struct req *r, const struct crate_frame *f)
{
	return crate_url(r->arena, f->crate.name, f->versioned ? f->version.num : TEXT_NONE, "");
}

struct version_manage version_manage(struct req *r, const struct crate_may *may,
				     const struct version_view *v)
{
	struct version_manage m = { .yank = TEXT_NONE };

	if (may->yank) {
		m.yank = crate_url(r->arena, v->crate, v->num, v->yanked ? "/unyank" : "/yank");
		m.yank_label = v->yanked ? TEXT("Unyank") : TEXT("Yank");
	}
	if (may->rebuild_docs)
		m.docs = crate_url(r->arena, v->crate, v->num, "/rebuild-docs");
	return m;
}

static void add_tab(struct req *r, struct crate_frame *f, enum crate_tab tab,
		    enum crate_tab current, const char *label, bool of_version, const char *sub,
		    struct opt_u64 count)
{
	struct text num = TEXT_NONE;
	struct link *l = &f->head.tabs[f->head.ntabs++];

	if (of_version)
		num = f->version.num;
	*l = (struct link){
		.href = crate_url(r->arena, f->crate.name, num, sub),
		.label = text_from(label),
		.note = count.set && count.v ? text_dup(r->arena, text_from(num_short(count.v).s))
					     : TEXT_NONE,
		.current = tab == current,
	};
}

static uint64_t count_features(struct text json)
{
	uint64_t n = 0;

	for (size_t i = 1; i < json.n; i++) /* ":[" stands nowhere else in it */
		n += json.p[i] == '[' && json.p[i - 1] == ':';
	return n;
}

static void add_tabs(struct req *r, struct crate_frame *f, enum crate_tab current)
{
	struct opt_u64 none = { 0 };
	struct opt_u64 features = { .set = true, .v = count_features(f->version.features) };
	struct opt_u64 dependencies = { .set = true, .v = f->facts.dependencies };
	struct opt_u64 dependents = { .set = true, .v = f->facts.dependents };
	struct opt_u64 advisories = { .set = true, .v = f->facts.advisories };

	add_tab(r, f, TAB_README, current, "Readme", f->versioned, "", none);
	if (f->has_version)
		add_tab(r, f, TAB_CODE, current, "Code", f->versioned, "/code", none);
	add_tab(r, f, TAB_VERSIONS, current, "Versions", false, "/versions", f->crate.num_versions);
	if (f->has_version)
		add_tab(r, f, TAB_DEPENDENCIES, current, "Dependencies", f->versioned,
			"/dependencies", dependencies);
	add_tab(r, f, TAB_DEPENDENTS, current, "Dependents", false, "/reverse_dependencies",
		dependents);
	if (f->has_version && features.v)
		add_tab(r, f, TAB_FEATURES, current, "Features", true, "/features", features);
	add_tab(r, f, TAB_SECURITY, current, "Security", false, "/security", advisories);
	if (f->facts.owns)
		add_tab(r, f, TAB_SETTINGS, current, "Settings", false, "/settings", none);
}

static struct texts keywords(struct arena *a, struct text list)
{
	struct texts t = { .v = arena_array(a, list.n / 2 + 1, sizeof(*t.v)) };
	struct text part;

	while (text_cut(&list, ',', &part))
		t.v[t.n++] = part;
	return t;
}

/* Of a crate without a version none: it is all zeros then. */
static struct texts marks_in_words(struct arena *a, const struct version_view *v)
{
	static const struct {
		enum mark mark;
		const char *words;
	} known[] = {
		{ MARK_NO_STD, "no_std" },
		{ MARK_PROC_MACRO, "proc-macro" },
		{ MARK_BUILD, "build script" },
	};
	struct texts t = { arena_array(a, ARRAY_SIZE(known) + 2, sizeof(*t.v)), 0 };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (v->marks.set && (v->marks.v & known[i].mark))
			t.v[t.n++] = text_from(known[i].words);
	if (v->bin_names.n > sizeof("[]") - 1)
		t.v[t.n++] = TEXT("binaries");
	if (v->links.n)
		t.v[t.n++] = text_fmt(a, "links %.*s", TEXT_F(v->links));
	return t;
}

void crate_frame_head(struct req *r, struct crate_frame *f, enum crate_tab tab, const char *sub,
		      struct head *head)
{
	struct text num = f->has_version ? f->version.num : TEXT_NONE;
	bool is_default = text_eq(num, f->crate.default_version);

	f->head = (struct crate_head){
		.name = f->crate.name,
		.num = num,
		.description = f->has_version ? f->version.description : f->crate.description,
		.keywords = keywords(r->arena, f->facts.keywords),
		.versioned = f->versioned,
		.yanked = f->has_version && f->version.yanked,
		.prerelease = f->has_version && f->version.prerelease,
		.marks = marks_in_words(r->arena, &f->version),
		.signed_in = r->user.id != 0,
		.follows = f->facts.follows != 0,
	};
	add_tabs(r, f, tab);
	head->section = "crates";
	head->description = f->head.description;
	if (!head->title.p)
		head->title = f->crate.name;
	/* The default version's own page is the crate's. */
	head->canonical = crate_url(r->arena, f->crate.name,
				    f->versioned && !is_default ? num : TEXT_NONE, sub);
	head->feed = text_fmt(r->arena, "/rss/crates/%.*s.xml", TEXT_F(f->crate.name));
	head->image = text_fmt(r->arena, "/og-images/%.*s.png", TEXT_F(f->crate.name));
	head->feed_title = text_fmt(r->arena, "Versions of %.*s", TEXT_F(f->crate.name));
	head->image = text_fmt(r->arena, "/og-images/%.*s.png", TEXT_F(f->crate.name));
}
