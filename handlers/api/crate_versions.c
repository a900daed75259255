/* handlers/api/crate_versions.c - GET /api/v1/crates/{name}/versions */
#include "app/base/arena.h"
#include "app/base/ids.h"
#include "app/base/semver.h"
#include "handlers/api/common.h"
#include "handlers/api/seek.h"
#include "templates/json_version.h"

#include <stdlib.h>

enum { NUMS_MAX = VERSION_IDS_MAX };

struct wanted {
	bool by_date, release_tracks;
	struct texts nums;
	bool has_nums;
	struct paging paging;
	const struct err *bad_paging,
		*bad_include; /* said behind the crate, and behind the versions */
};

static const struct err *read_wanted(struct req *r, struct wanted *w)
{
	static const char *const includes[] = { "release_tracks" };
	struct text sort, include;
	unsigned set = 0;
	const struct err *e;

	e = req_query_form_word(r, "sort", &sort);
	if (!e)
		e = req_query_form_word(r, "include", &include);
	if (!e)
		e = req_query_list(r, "nums[]", NUMS_MAX, &w->nums);
	if (!e)
		e = req_paging_read(r, &w->paging);
	if (e)
		return e;
	if (w->paging
		    .has_per_page) /* without it there is no paging, and a seek is not even looked at */
		w->bad_paging = req_paging_allowed(r, PAGING_SEEK, &w->paging);
	w->bad_include = req_include(r, include, includes, 1, "'release_tracks'", &set);
	w->has_nums = w->nums.n > 0;
	w->by_date = text_eq_nocase(sort, TEXT("date"));
	w->release_tracks = set != 0;
	return NULL;
}

static int newest_first(const void *a, const void *b)
{
	const struct version_key *x = a, *y = b;

	if (x->created_us != y->created_us)
		return x->created_us < y->created_us ? 1 : -1;
	return (x->id < y->id) - (x->id > y->id);
}

static bool num_is_wanted(const struct wanted *w, struct text num)
{
	if (!w->has_nums)
		return true;
	for (size_t i = 0; i < w->nums.n; i++)
		if (text_eq(w->nums.v[i], num))
			return true;
	return false;
}

static size_t keep_wanted(const struct wanted *w, struct version_key *keys, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (num_is_wanted(w, keys[i].num))
			keys[kept++] = keys[i];
	return kept;
}

/* How many keys stand before what the seek names: the page begins behind them. */
static const struct err *seek_from(struct req *r, const struct wanted *w,
				   const struct version_key *keys, size_t n, size_t *ret)
{
	struct text ord = TEXT_NONE;
	struct seek_part at[2];
	struct semver v;
	int64_t us, id;
	size_t i;

	if (!seek_decode(r->arena, w->paging.seek, w->by_date ? "nn" : "tn", at))
		return err_new(r->arena, ERR_INVALID, "invalid seek parameter");
	if (!w->by_date) {
		if (!semver_parse(at[0].text,
				  &v)) { /* upstream: nothing comes behind what has no place */
			*ret = n;
			return NULL;
		}
		ord = semver_order_key(r->arena, &v);
	}
	us = at[0].number;
	id = at[1].number;
	for (i = 0; i < n; i++) {
		int c = w->by_date ? (keys[i].created_us > us) - (keys[i].created_us < us)
				   : text_cmp(keys[i].semver_ord, ord);

		if (c < 0 || (c == 0 && id > 0 && keys[i].id < (uint64_t)id))
			break;
	}
	*ret = i;
	return NULL;
}

/* "1" for 1.x.y, "0.3" for 0.3.y: the highest of each, which is the first in keys that are sorted
 * by precedence. */
static void write_tracks(struct req *r, struct jw *j, const struct version_key *keys, size_t n)
{
	struct text last = TEXT_NONE;

	jw_object(j, "release_tracks");
	for (size_t i = 0; i < n; i++) {
		struct text track;
		struct semver v;

		if (keys[i].yanked || keys[i].prerelease || !semver_parse(keys[i].num, &v))
			continue;
		track = v.major ? text_fmt(r->arena, "%llu", (unsigned long long)v.major)
				: text_fmt(r->arena, "0.%llu", (unsigned long long)v.minor);
		if (last.p && text_eq(track, last))
			continue;
		last = track;
		jw_object_key(j, track);
		jw_text(j, "highest", keys[i].num);
		jw_end(j);
	}
	jw_end(j);
}

/* The page behind this key. */
static struct text next_page(struct req *r, const struct wanted *w, const struct version_key *last)
{
	const struct seek_part at[2] = { { .text = last->num, .number = last->created_us },
					 { .number = (int64_t)last->id } };

	return req_page_link(r, "seek", seek_encode(r->arena, w->by_date ? "nn" : "tn", at));
}

struct listed {
	struct crate_view crate;
	struct version_key *all, *keys; /* all, by precedence; those wanted, in the order wanted */
	size_t nall, nkeys, from, n;    /* of keys, n are shown beginning at from */
	struct version_view *rows;      /* what is shown */
};

static int by_precedence(const void *a, const void *b)
{
	const struct version_key *x = a, *y = b;
	int c = text_cmp(y->semver_ord, x->semver_ord);

	return c ? c : (x->id < y->id) - (x->id > y->id);
}

/* What all keys would say, of all rows: where these are read anyway. */
static struct version_key *keys_of(struct arena *a, const struct version_view *rows, size_t n)
{
	struct version_key *keys = arena_array(a, n, sizeof(*keys));

	for (size_t i = 0; i < n; i++)
		keys[i] = (struct version_key){
			.id = rows[i].id,
			.num = rows[i].num,
			.semver_ord = rows[i].semver_ord,
			.created_us = rows[i].created_us,
			.yanked = rows[i].yanked,
			.prerelease = rows[i].prerelease,
		};
	if (n)
		qsort(keys, n, sizeof(*keys), by_precedence);
	return keys;
}

/* Those that are wanted, and which of them are shown. */
static const struct err *choose(struct req *r, const struct wanted *w, struct listed *l)
{
	const struct err *e = NULL;

	l->keys = arena_array(r->arena, l->nall, sizeof(*l->keys));
	for (size_t i = 0; i < l->nall; i++)
		l->keys[i] = l->all[i];
	l->nkeys = keep_wanted(w, l->keys, l->nall);
	if (w->by_date && l->nkeys)
		qsort(l->keys, l->nkeys, sizeof(*l->keys), newest_first);
	l->n = l->nkeys;
	if (!w->paging.has_per_page)
		return NULL;
	if (w->paging.seek.p)
		e = seek_from(r, w, l->keys, l->nkeys, &l->from);
	l->n = l->nkeys - l->from;
	if (l->n > w->paging.per_page)
		l->n = w->paging.per_page;
	return e;
}

/* Of a page, or of the numbers that a query can name. */
static const struct err *read_shown(struct req *r, const struct listed *l,
				    struct version_view **ret, size_t *ret_n)
{
	uint64_t ids[VERSION_IDS_MAX];

	BUG_ON(l->n > ARRAY_SIZE(ids));
	for (size_t i = 0; i < l->n; i++)
		ids[i] = l->keys[l->from + i].id;
	return db_version_views_acted(r->db, ids, l->n, ret, ret_n);
}

/* The rows of the keys that are shown, in their order. */
static const struct err *put_rows(struct req *r, struct version_view *rows, size_t n,
				  struct listed *l)
{
	if (n) /* their ids come first */
		qsort(rows, n, sizeof(*rows), ids_cmp);
	l->rows = arena_array(r->arena, l->n, sizeof(*l->rows));
	for (size_t i = 0; i < l->n; i++) {
		uint64_t id = l->keys[l->from + i].id;
		size_t at =
			ids_first(rows, n, sizeof(*rows), offsetof(struct version_view, id), id);

		if (at == n || rows[at].id != id) /* deleted between the two reads */
			return err_new(r->arena, ERR_BUSY, "Service unavailable");
		l->rows[i] = rows[at];
	}
	return NULL;
}

static const struct err *load(struct req *r, const struct wanted *w, struct listed *l)
{
	bool whole = !w->paging.has_per_page && !w->has_nums;
	struct version_view *rows = NULL;
	const struct err *e;
	size_t n = 0;

	if (whole) {
		e = db_version_views(r->db, l->crate.id, l->crate.name, &rows, &n);
		l->all = e ? NULL : keys_of(r->arena, rows, n);
		l->nall = n;
	} else {
		e = db_version_keys(r->db, l->crate.id, &l->all, &l->nall);
	}
	if (!e)
		e = choose(r, w, l);
	if (!e && !whole)
		e = read_shown(r, l, &rows, &n);
	return e ? e : put_rows(r, rows, n, l);
}

static struct reply crate_versions(struct req *r)
{
	struct listed l = { 0 };
	struct wanted w = { 0 };
	const struct err *e;
	bool same = false;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	e = read_wanted(r, &w);
	if (!e)
		e = req_crate_unless_same(r, req_path(r, "name"), &l.crate, &same);
	if (!e)
		e = w.bad_paging;
	if (!e && same && !w.bad_include)
		return reply_unchanged(r);
	if (!e)
		e = load(r, &w, &l);
	if (!e)
		e = w.bad_include;
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	json_versions(&j, "versions", l.rows, l.n, req_path(r, "name"));
	jw_object(&j, "meta");
	jw_u64(&j, "total", l.n ? l.nkeys : 0);
	if (w.paging.has_per_page && l.n == w.paging.per_page) {
		jw_text(&j, "next_page", next_page(r, &w, &l.keys[l.from + l.n - 1]));
	} else {
		jw_null(&j, "next_page");
	}
	if (w.release_tracks && (w.paging.has_per_page || !w.has_nums))
		write_tracks(r, &j, l.all, l.nall);
	else if (w.release_tracks)
		write_tracks(r, &j, l.all, keep_wanted(&w, l.all, l.nall));
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route crate_versions_routes[] = {
	ROUTE(GET, "/api/v1/crates/{name}/versions", crate_versions, .auth = AUTH_NONE,
	      .doc = "Versions of a crate"),
	ROUTE_END,
};
