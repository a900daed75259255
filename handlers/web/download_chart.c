#include "handlers/web/download_chart.h"

#include "app/base/time.h"
#include "db/download_view.h"
#include "templates/track.h"

#define DAY_US ((int64_t)24 * 3600 * US_PER_S)

static struct chart window(struct req *r, int64_t created_us, unsigned days)
{
	int64_t now = time_now_us(), begin = now - (int64_t)(days - 1) * DAY_US;

	if (!days || begin < created_us - DAY_US)
		begin = created_us - DAY_US;
	return chart_init(r->arena, begin, now);
}

static uint64_t days_a_point(const struct chart *c)
{
	return (uint64_t)(c->step_us / DAY_US);
}

/* Rows of the versions whose ids are those of the series, in their order; id 0: all go to the one series named. */
static void add(struct chart *c, const uint64_t *ids, size_t nids, size_t others,
		const struct day_downloads *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t series = v[i].version_id ? 0 : others;

		while (v[i].version_id && series < nids && ids[series] != v[i].version_id)
			series++;
		if (series < c->nseries)
			chart_add(c, series, v[i].date, v[i].downloads);
	}
}

const struct err *download_chart(struct req *r, uint64_t crate_id, int64_t created_us,
				 unsigned days, struct chart *ret)
{
	struct chart c = window(r, created_us, days);
	struct download_window w = { chart_date(&c, 0), days_a_point(&c) };
	uint64_t ids[LATEST_VERSIONS];
	struct text nums[LATEST_VERSIONS];
	struct day_downloads *v;
	size_t nids, n;
	const struct err *e = db_latest_versions(r->db, crate_id, ids, nums, &nids);

	for (size_t i = 0; !e && i < nids; i++)
		(void)chart_series_add(&c, nums[i]);
	if (!e)
		e = db_downloads_summed(r->db, ids, nids, w, &v, &n);
	if (e)
		return e;
	add(&c, ids, nids, 0, v, n);
	if (nids == LATEST_VERSIONS) {
		e = db_downloads_of_others_summed(r->db, crate_id, ids, nids, w, &v, &n);
		if (e)
			return e;
		if (n)
			add(&c, ids, nids, chart_series_add(&c, TEXT("Other")), v, n);
	}
	*ret = c;
	return NULL;
}

/* ---- by compatible range */

enum { TRACKS = CHART_SERIES_MAX - 2 };

struct by_track {
	struct chart c;
	struct track tracks[TRACKS];
	size_t ntracks, prereleases, others; /* their series; SIZE_MAX: not there */
};

/* Those of the first keys, which are the highest; a series for each. */
static void find_tracks(struct by_track *b, const struct version_key *keys, size_t n)
{
	bool prereleases = false, others = false;

	for (size_t i = 0; i < n; i++) {
		struct track t = track_of(keys[i].num);
		size_t k = 0;

		if (keys[i].prerelease) {
			prereleases = true;
			continue;
		}
		while (k < b->ntracks && !track_eq(b->tracks[k], t))
			k++;
		if (k == TRACKS)
			others = true;
		else if (k == b->ntracks)
			b->tracks[b->ntracks++] = t;
	}
	for (size_t k = 0; k < b->ntracks; k++)
		(void)chart_series_add(&b->c, track_name(b->c.arena, b->tracks[k]));
	b->prereleases = prereleases ? chart_series_add(&b->c, TEXT("Pre-releases")) : SIZE_MAX;
	b->others = others ? chart_series_add(&b->c, TEXT("Other")) : SIZE_MAX;
}

static const struct err *add_row(void *ctx, const void *row)
{
	const struct version_downloads *d = row;
	struct by_track *b = ctx;
	struct track t = track_of(d->num);
	size_t series = 0;

	while (series < b->ntracks && !track_eq(b->tracks[series], t))
		series++;
	if (series == b->ntracks)
		series = b->others;
	if (d->prerelease)
		series = b->prereleases;
	if (series < b->c.nseries) /* not: a version that was published after the keys were read */
		chart_add(&b->c, series, d->date, d->downloads);
	return NULL;
}

const struct err *download_chart_by_track(struct req *r, uint64_t crate_id, int64_t created_us,
					  unsigned days, struct chart *ret)
{
	struct by_track b = { .c = window(r, created_us, days) };
	struct download_window w = { chart_date(&b.c, 0), days_a_point(&b.c) };
	struct version_key *keys;
	size_t n;
	const struct err *e = db_version_keys(r->db, crate_id, &keys, &n);

	if (e)
		return e;
	find_tracks(&b, keys, n);
	e = db_downloads_each_version(r->db, crate_id, w, add_row, &b);
	if (!e)
		*ret = b.c;
	return e;
}

const struct err *download_chart_of_version(struct req *r, uint64_t version_id, struct text num,
					    int64_t created_us, unsigned days, struct chart *ret)
{
	struct chart c = window(r, created_us, days);
	struct download_window w = { chart_date(&c, 0), days_a_point(&c) };
	struct day_downloads *v;
	size_t n;
	const struct err *e = db_downloads_summed(r->db, &version_id, 1, w, &v, &n);

	if (e)
		return e;
	(void)chart_series_add(&c, num);
	add(&c, &version_id, 1, 0, v, n);
	*ret = c;
	return NULL;
}

const struct err *download_chart_mode(struct req *r, enum chart_mode *ret)
{
	struct text word;
	const struct err *e = req_query(r, "chart", &word);

	if (e)
		return e;
	*ret = CHART_STACKED;
	if (!word.p || text_eq(word, text_from(chart_modes[CHART_STACKED])))
		return NULL;
	if (!text_eq(word, text_from(chart_modes[CHART_LINES])))
		return err_new(r->arena, ERR_INVALID, "A chart is stacked or has lines");
	*ret = CHART_LINES;
	return NULL;
}
