#include "handlers/web/download_chart.h"

#include "app/base/time.h"
#include "db/download_view.h"

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
