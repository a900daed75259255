/* handlers/api/downloads.c - GET /api/v1/crates/{name}/downloads, /api/v1/crates/{name}/{version}/downloads
 * (contract/api.md 15) */
#include "app/base/arena.h"
#include "app/base/time.h"
#include "db/download_view.h"
#include "handlers/api/common.h"
#include "templates/json_version.h"

#define DAY_US ((int64_t)24 * 3600 * US_PER_S)

enum { WINDOW_DAYS = 90 }; /* today, or the day asked for, is the last of them */

static struct text day(struct req *r, int64_t us)
{
	return text_dup(r->arena, text_from(time_date(us).s));
}

/* The first of the days that end with this one. */
static struct text window_begin(struct req *r, int64_t end_us)
{
	return day(r, end_us - (WINDOW_DAYS - 1) * DAY_US);
}

static void write_days(struct jw *j, const char *key, const struct day_downloads *v, size_t n)
{
	jw_array(j, key);
	for (size_t i = 0; i < n; i++) {
		jw_object(j, NULL);
		jw_u64(j, "version", v[i].version_id);
		jw_u64(j, "downloads", v[i].downloads);
		jw_text(j, "date", v[i].date);
		jw_end(j);
	}
	jw_end(j);
}

/* Of several versions together. */
static void write_sums(struct jw *j, const char *key, const struct day_downloads *v, size_t n)
{
	jw_array(j, key);
	for (size_t i = 0; i < n; i++) {
		jw_object(j, NULL);
		jw_text(j, "date", v[i].date);
		jw_u64(j, "downloads", v[i].downloads);
		jw_end(j);
	}
	jw_end(j);
}

struct statistics {
	uint64_t ids[LATEST_VERSIONS];
	size_t nids;
	struct day_downloads *days, *others;
	size_t ndays, nothers;
	struct version_view *versions; /* in the order of ids */
};

/* As many as there are ids, in their order, with actions. */
static const struct err *load_versions(struct req *r, struct statistics *s)
{
	struct version_view *rows;
	size_t n = 0, kept = 0;
	const struct err *e = db_version_views_acted(r->db, s->ids, s->nids, &rows, &n);

	if (e)
		return e;
	s->versions = arena_array(r->arena, LATEST_VERSIONS, sizeof(*s->versions));
	for (size_t i = 0; i < s->nids; i++)
		for (size_t k = 0; k < n; k++)
			if (rows[k].id == s->ids[i])
				s->versions[kept++] = rows[k];
	s->nids = kept;
	return NULL;
}

static const struct err *load(struct req *r, const struct crate_view *crate, bool versions,
			      struct statistics *s)
{
	struct text from = window_begin(r, time_now_us());
	const struct err *e = db_latest_versions(r->db, crate->id, s->ids, NULL, &s->nids);

	if (!e)
		e = db_downloads_of_versions(r->db, s->ids, s->nids, from, &s->days, &s->ndays);
	if (!e && s->nids == LATEST_VERSIONS)
		e = db_downloads_of_others(r->db, crate->id, s->ids, s->nids, from, &s->others,
					   &s->nothers);
	if (!e && versions && s->nids)
		e = load_versions(r, s);
	return e;
}

static struct reply crate_downloads(struct req *r)
{
	static const char *const includes[] = { "versions" };
	struct statistics s = { 0 };
	struct crate_view crate;
	struct text include;
	unsigned set = 0;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = req_query_form_word(r, "include", &include);
	bool same = false;

	if (!e)
		e = req_crate_unless_same_today(r, req_path(r, "name"), &crate, &same);
	if (same)
		return reply_unchanged(r);
	if (!e)
		e = req_include(r, include, includes, 1, "'versions'", &set);
	if (!e)
		e = load(r, &crate, set != 0, &s);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	write_days(&j, "version_downloads", s.days, s.ndays);
	if (set) /* upstream: with the name as it was asked for */
		json_versions(&j, "versions", s.versions, s.nids, req_path(r, "name"));
	jw_object(&j, "meta");
	write_sums(&j, "extra_downloads", s.others, s.nothers);
	jw_end(&j);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

/* Takes a number of at most max digits off *rest: what the reference's parser of dates says of a bad one, else NULL. */
static const char *cut_number(struct text *rest, size_t max, uint64_t *ret)
{
	size_t n = 0;

	while (n < rest->n && n < max && char_is_digit(rest->p[n]))
		n++;
	if (!n)
		return rest->n ? "input contains invalid characters" : "premature end of input";
	BUG_ON(!text_u64(text_sub(*rest, 0, n), 0, UINT32_MAX, ret));
	*rest = text_sub(*rest, n, rest->n);
	return NULL;
}

static const char *cut_dash(struct text *rest)
{
	if (!rest->n)
		return "premature end of input";
	if (rest->p[0] != '-')
		return "input contains invalid characters";
	*rest = text_sub(*rest, 1, rest->n);
	return NULL;
}

/* "2026-08-01", "2026-8-1": NULL, or what is wrong with it. */
static const char *parse_day(struct req *r, struct text t, int64_t *ret_us)
{
	uint64_t y = 0, m = 0, d = 0;
	const char *why = cut_number(&t, 4, &y);

	if (!why)
		why = cut_dash(&t);
	if (!why)
		why = cut_number(&t, 2, &m);
	if (!why)
		why = cut_dash(&t);
	if (!why)
		why = cut_number(&t, 2, &d);
	if (!why && t.n)
		why = "trailing input";
	if (!why && !time_parse_rfc3339(text_fmt(r->arena, "%04u-%02u-%02uT00:00:00Z", (unsigned)y,
						 (unsigned)m, (unsigned)d),
					ret_us))
		why = "input is out of range";
	return why;
}

static const struct err *read_end(struct req *r, int64_t *ret_us)
{
	struct text before;
	const char *why = NULL;
	const struct err *e = req_query_word(r, "before_date", &before);

	if (e)
		return e;
	*ret_us = time_now_us();
	if (before.p)
		why = parse_day(r, before, ret_us);
	if (!why)
		return NULL;
	return err_new(r->arena, ERR_INVALID, "Failed to deserialize query string: before_date: %s",
		       why);
}

static struct reply version_downloads(struct req *r)
{
	struct crate_view crate;
	struct version_view version;
	struct day_downloads *days;
	struct text num;
	int64_t end_us = 0;
	bool same = false;
	size_t n;
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);
	const struct err *e = req_version(r, &num);

	if (!e)
		e = read_end(r, &end_us);
	if (!e)
		e = req_version_unless_same_today(r, &crate, &version, &same);
	if (same)
		return reply_unchanged(r);
	if (!e)
		e = db_downloads_of_version(r->db, version.id, window_begin(r, end_us),
					    day(r, end_us), &days, &n);
	if (e)
		return reply_err(r, e);
	jw_object(&j, NULL);
	write_days(&j, "version_downloads", days, n);
	jw_end(&j);
	return reply_jw(r, 200, &j);
}

const struct route downloads_routes[] = {
	ROUTE(GET, "/api/v1/crates/{name}/downloads", crate_downloads, .auth = AUTH_NONE,
	      .doc = "Downloads of a crate by day"),
	ROUTE(GET, "/api/v1/crates/{name}/{version}/downloads", version_downloads,
	      .auth = AUTH_NONE, .doc = "Downloads of a version by day"),
	ROUTE_END,
};
