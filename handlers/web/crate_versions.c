/* handlers/web/crate_versions.c - /crates/{name}/versions (contract/web.md P13) */
#include "app/base/arena.h"
#include "app/base/semver.h"
#include "db/stored.h"
#include "handlers/routes.h"
#include "handlers/web/crate_about.h"
#include "handlers/web/crate_frame.h"
#include "handlers/web/page_list.h"
#include "templates/track.h"
#include "templates/versions.h"

#include <stdlib.h>

enum { PER_PAGE = VERSION_IDS_MAX, NEW_DAYS = 8, TRACKS_MAX = 200 };

/* By track is by precedence, with what is compatible together. */
enum order { BY_DATE, BY_SEMVER, BY_TRACK, ORDERS };

static const struct sort_choice orders[ORDERS] = {
	[BY_DATE] = { "date", "Date" },
	[BY_SEMVER] = { "semver", "SemVer" },
	[BY_TRACK] = { "track", "Track" },
};

struct wanted {
	enum order order;
	bool hide_yanked, hide_prereleases;
	uint64_t per_page;
	struct text track; /* absent: all */
	struct text after; /* a version: the page begins behind it; absent: at the top */
};

static const struct err *read_wanted(struct req *r, struct wanted *w)
{
	struct text sort, yanked, prerelease, per_page;
	const struct err *e = req_query(r, "sort", &sort);

	if (!e)
		e = req_query(r, "yanked", &yanked);
	if (!e)
		e = req_query(r, "prerelease", &prerelease);
	if (!e)
		e = req_query(r, "track", &w->track);
	if (!e)
		e = req_query(r, "after", &w->after);
	if (!e)
		e = req_query(r, "per_page", &per_page);
	if (e)
		return e;
	if (!text_u64(per_page, 1, PER_PAGE, &w->per_page))
		w->per_page = PER_PAGE;
	w->order = (enum order)page_sort(orders, ARRAY_SIZE(orders), sort);
	w->hide_yanked = text_eq(yanked, TEXT("hide"));
	w->hide_prereleases = text_eq(prerelease, TEXT("hide"));
	if (!w->track.n)
		w->track = TEXT_NONE;
	return NULL;
}

/* All versions of a crate by precedence, each with its track, and which is the latest of each. */
struct known {
	struct version_key *keys;
	struct text *tracks; /* of keys[i] */
	bool *latest;
	size_t n;
	struct link *names; /* of the tracks, highest first */
	size_t nnames;
};

static void fill_known(struct req *r, const struct wanted *w, struct known *k)
{
	struct text last = TEXT_NONE;
	bool found = false;

	k->tracks = arena_array(r->arena, k->n + 1, sizeof(*k->tracks));
	k->latest = arena_array(r->arena, k->n + 1, sizeof(*k->latest));
	k->names = arena_array(r->arena, TRACKS_MAX, sizeof(*k->names));
	for (size_t i = 0; i < k->n; i++) {
		struct text t = track_name(r->arena, track_of(k->keys[i].num));

		k->tracks[i] = t;
		if (!text_eq(t, last)) {
			found = false;
			if (k->nnames < TRACKS_MAX)
				k->names[k->nnames++] =
					(struct link){ .label = t,
						       .current = text_eq(t, w->track) };
		}
		k->latest[i] = !found && !k->keys[i].yanked && !k->keys[i].prerelease;
		found = found || k->latest[i];
		last = t;
	}
}

static bool is_wanted(const struct wanted *w, const struct known *k, size_t i)
{
	return !(w->hide_yanked && k->keys[i].yanked) &&
	       !(w->hide_prereleases && k->keys[i].prerelease) &&
	       (!w->track.p || text_eq(w->track, k->tracks[i]));
}

/* A version that is to be shown: its place among the known ones. */
struct place {
	const struct version_key *key;
	size_t at;
};

static int newest_first(const void *a, const void *b)
{
	const struct version_key *x = ((const struct place *)a)->key;
	const struct version_key *y = ((const struct place *)b)->key;

	if (x->created_us != y->created_us)
		return x->created_us < y->created_us ? 1 : -1;
	return (x->id < y->id) - (x->id > y->id);
}

/* Those that pass, in order. */
static struct place *places_of(struct req *r, const struct wanted *w, const struct known *k,
			       size_t *ret_n)
{
	struct place *v = arena_array(r->arena, k->n + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < k->n; i++)
		if (is_wanted(w, k, i))
			v[n++] = (struct place){ &k->keys[i], i };
	if (w->order == BY_DATE && n)
		qsort(v, n, sizeof(*v), newest_first);
	*ret_n = n;
	return v;
}

/* Behind the version that the page before ended with; at the top where it has gone. */
static size_t page_from(const struct wanted *w, const struct place *v, size_t n)
{
	for (size_t i = 0; w->after.p && i < n; i++)
		if (text_eq(v[i].key->num, w->after))
			return i + 1;
	return 0;
}

static struct texts feature_names(struct req *r, struct text json)
{
	struct manifest_feature *f;
	size_t n = stored_features_read(r->arena, json, &f);
	struct texts t = { arena_array(r->arena, n + 1, sizeof(*t.v)), n };

	for (size_t i = 0; i < n; i++)
		t.v[i] = f[i].name;
	return t;
}

static struct text advisory_of(const struct advisory *all, size_t n, struct text num)
{
	for (size_t i = 0; i < n; i++)
		if (!all[i].informational.p && advisory_affects(&all[i], num))
			return all[i].id;
	return TEXT_NONE;
}

static void fill_row(struct req *r, const struct crate_frame *f, const struct crate_may *may,
		     const struct version_view *x, struct version_row *row)
{
	struct publisher_shown p = publisher_shown(r, x);

	row->num = x->num;
	row->href = crate_url(r->arena, f->crate.name, x->num, "");
	row->is_new = time_now_us() - x->created_us < (int64_t)NEW_DAYS * 86400 * US_PER_S;
	row->prerelease = x->prerelease;
	row->yanked = x->yanked;
	row->yank_message = x->yank_message;
	row->yanked_us = x->updated_us;
	row->created_us = x->created_us;
	row->downloads = x->downloads;
	row->bytes = x->crate_size;
	row->publisher = p.login;
	row->publisher_href = p.href;
	row->run = p.run;
	row->run_href = p.run_href;
	row->msrv = x->rust_version.n ? msrv_shown(r->arena, x->rust_version) : TEXT_NONE;
	row->edition = x->edition;
	row->license = x->license;
	row->features = feature_names(r, x->features);
	row->sha256 = sha_shown(r, &x->tar_sha256);
	row->manage = version_manage(r, may, x);
}

static const struct err *load_rows(struct req *r, const struct crate_frame *f,
				   const struct known *k, const struct place *at, size_t n,
				   struct version_row **ret, size_t *ret_n)
{
	struct version_row *rows = arena_array(r->arena, n + 1, sizeof(*rows));
	struct crate_may may;
	struct text security = crate_url(r->arena, f->crate.name, TEXT_NONE, "/security");
	struct advisory *advisories = NULL;
	struct version_view *views = NULL;
	uint64_t ids[VERSION_IDS_MAX];
	size_t nviews = 0, nadvisories = 0, m = 0;
	const struct err *e = crate_may_with_teams(r, f, &may);

	for (size_t i = 0; i < n; i++)
		ids[i] = at[i].key->id;
	if (!e && n)
		e = db_version_views_by_ids(r->db, ids, n, &views, &nviews);
	if (!e && n && f->facts.advisories)
		e = db_advisories(r->db, f->crate.name, &advisories, &nadvisories);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < nviews; j++) {
			if (views[j].id != at[i].key->id)
				continue;
			rows[m] = (struct version_row){ .track = k->tracks[at[i].at],
							.latest = k->latest[at[i].at] };
			fill_row(r, f, &may, &views[j], &rows[m]);
			rows[m].advisory = advisory_of(advisories, nadvisories, views[j].num);
			rows[m].security = security;
			m++;
		}
	*ret = rows;
	*ret_n = m;
	return NULL;
}

static struct text older(struct req *r, struct text num)
{
	struct buf b = buf_init(r->arena, 8192);

	buf_add(&b, page_prefix(r, "after"));
	buf_url(&b, num);
	return buf_ok(&b) ? buf_text(&b) : TEXT_NONE;
}

static void fill_page(struct req *r, const struct wanted *w, struct crate_frame *f,
		      const struct known *k, struct versions_page *v)
{
	v->head.title = text_fmt(r->arena, "Versions of %.*s", TEXT_F(f->crate.name));
	crate_frame_head(r, f, TAB_VERSIONS, "/versions", &v->head);
	v->head.noindex = w->after.p || w->track.p || w->hide_yanked || w->hide_prereleases;
	v->crate = &f->head;
	v->name = f->crate.name;
	v->sorts = page_sorts(r, orders, ORDERS, (size_t)w->order);
	v->sort = w->order == BY_DATE ? TEXT_NONE : text_from(orders[w->order].name);
	v->hide_yanked = w->hide_yanked;
	v->hide_prereleases = w->hide_prereleases;
	v->track = w->track;
	v->tracks = (struct links){ k->names, k->nnames };
	v->total = k->n;
	for (size_t i = 0; i < k->n; i++)
		if (!v->since_us || k->keys[i].created_us < v->since_us)
			v->since_us = k->keys[i].created_us;
}

static size_t passing(const struct wanted *w, const struct known *k, struct text track)
{
	size_t n = 0;

	for (size_t i = 0; i < k->n; i++)
		n += text_eq(k->tracks[i], track) && is_wanted(w, k, i);
	return n;
}

/* Rows of the same track, which stand together. */
static void fill_groups(struct req *r, const struct wanted *w, const struct known *k,
			const struct version_row *rows, struct versions_page *v)
{
	struct version_group *g = arena_array(r->arena, v->n + 1, sizeof(*g));

	for (size_t i = 0; i < v->n; i++) {
		if (!i || !text_eq(rows[i].track, rows[i - 1].track)) {
			g[v->ngroups++] = (struct version_group){
				.track = rows[i].track,
				.from = i,
				.all = passing(w, k, rows[i].track),
			};
		}
		g[v->ngroups - 1].n++;
		if (rows[i].latest)
			g[v->ngroups - 1].latest = rows[i].num;
	}
	v->groups = g;
}

static struct reply versions_get(struct req *r)
{
	struct versions_page v = { 0 };
	struct version_row *rows = NULL;
	struct wanted w = { 0 };
	struct known k = { 0 };
	struct crate_frame f;
	struct place *at;
	size_t n, from, shown;
	const struct err *e = read_wanted(r, &w);

	if (!e)
		e = crate_frame(r, false, &f);
	if (!e)
		e = db_version_keys(r->db, f.crate.id, &k.keys, &k.n);
	if (e)
		return reply_err(r, e);
	fill_known(r, &w, &k);
	at = places_of(r, &w, &k, &n);
	from = page_from(&w, at, n);
	shown = n - from < w.per_page ? n - from : (size_t)w.per_page;
	e = load_rows(r, &f, &k, at + from, shown, &rows, &v.n);
	if (e)
		return reply_err(r, e);
	fill_page(r, &w, &f, &k, &v);
	v.v = rows;
	v.shown = n;
	v.first = from + 1;
	if (w.order == BY_TRACK)
		fill_groups(r, &w, &k, rows, &v);
	if (from + shown < n)
		v.older = older(r, at[from + shown - 1].key->num);
	return reply_page(r, 200, versions_page, &v);
}

const struct route crate_versions_page_routes[] = {
	ROUTE(GET, "/crates/{name}/versions", versions_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: versions of a crate"),
	ROUTE_END,
};
