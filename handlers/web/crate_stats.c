/*
 * handlers/web/crate_stats.c - /crates/{name}/stats, /crates/{name}/stats.csv, /crates/{name}/{version}/stats
 * (contract/web.md 13.2, P23)
 */
#include "templates/crate_stats.h"
#include "app/base/arena.h"
#include "app/base/time.h"
#include "db/download_view.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"
#include "handlers/web/download_chart.h"
#include "handlers/web/page_list.h"

static const struct {
	const char *word, *label, *span;
	unsigned days;
} ranges[] = {
	{ "30", "30 days", "in the last 30 days", 30 },
	{ "90", "90 days", "in the last 90 days", 90 },
	{ "365", "A year", "in the last 365 days", 365 },
	{ "all", "All", "on days that are known", 0 },
};

static const char *const kinds[] = { "version", "range" };
static const char *const kind_labels[] = { "By version", "By compatible range" };

enum { RANGE_DEFAULT = 1, CSV_MAX_BYTES = 256 * 1024 };

struct wanted {
	size_t range, kind;
	enum chart_mode mode;
};

/* One of the words; initial where the parameter is not sent. */
static const struct err *read_word(struct req *r, const char *name, const char *(*word)(size_t),
				   size_t n, size_t initial, size_t *ret)
{
	struct text given;
	const struct err *e = req_query(r, name, &given);

	if (e)
		return e;
	*ret = initial;
	for (size_t i = 0; given.p && i < n; i++)
		if (text_eq(given, text_from(word(i)))) {
			*ret = i;
			return NULL;
		}
	return given.p ? err_new(r->arena, ERR_INVALID, "There is no such %s", name) : NULL;
}

static const char *range_word(size_t i)
{
	return ranges[i].word;
}

static const char *kind_word(size_t i)
{
	return kinds[i];
}

static const struct err *read_wanted(struct req *r, struct wanted *ret)
{
	const struct err *e =
		read_word(r, "range", range_word, ARRAY_SIZE(ranges), RANGE_DEFAULT, &ret->range);

	if (!e)
		e = read_word(r, "by", kind_word, ARRAY_SIZE(kinds), 0, &ret->kind);
	return e ? e : download_chart_mode(r, &ret->mode);
}

static const struct err *load_chart(struct req *r, const struct crate_view *crate,
				    const struct wanted *w, struct chart *ret)
{
	return (w->kind ? download_chart_by_track : download_chart)(r, crate->id, crate->created_us,
								    ranges[w->range].days, ret);
}

static struct links range_links(struct req *r, const struct wanted *w)
{
	struct text prefix = page_prefix(r, "range");
	struct link *v = arena_array(r->arena, ARRAY_SIZE(ranges), sizeof(*v));

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		v[i] = (struct link){ .href = text_fmt(r->arena, "%.*s%s", TEXT_F(prefix),
						       ranges[i].word),
				      .label = text_from(ranges[i].label),
				      .current = i == w->range };
	return (struct links){ v, ARRAY_SIZE(ranges) };
}

static struct links kind_links(struct req *r, const struct wanted *w)
{
	struct text prefix = page_prefix(r, "by");
	struct link *v = arena_array(r->arena, ARRAY_SIZE(kinds), sizeof(*v));

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		v[i] = (struct link){ .href = text_fmt(r->arena, "%.*s%s", TEXT_F(prefix),
						       kinds[i]),
				      .label = text_from(kind_labels[i]),
				      .current = i == w->kind };
	return (struct links){ v, ARRAY_SIZE(kinds) };
}

static void fill(struct req *r, const struct wanted *w, struct crate_frame *f,
		 struct crate_stats_page *v)
{
	v->name = f->crate.name;
	v->num = f->versioned ? f->version.num : TEXT_NONE;
	v->span = ranges[w->range].span;
	v->ranges = range_links(r, w);
	v->head.title = text_fmt(r->arena, "Downloads of %.*s%s%.*s", TEXT_F(v->name),
				 v->num.p ? " " : "", TEXT_F(v->num));
	crate_frame_head(r, f, CRATE_TABS, "/stats", &v->head);
	v->head.noindex = r->query.n != 0;
	v->crate = &f->head;
	v->downloads.mode = w->mode;
	v->downloads.title = text_fmt(r->arena, "%.*s %s", TEXT_F(v->head.title), v->span);
	v->downloads.mode_prefix = page_prefix(r, "chart");
}

/* The versions with the most downloads, and what is left of the crate's as one bar more. */
static const struct err *load_bars(struct req *r, const struct crate_view *crate,
				   struct crate_stats_page *v)
{
	struct version_total *rows;
	struct svg_bar *bars;
	uint64_t sum = 0;
	size_t n;
	const struct err *e = db_downloads_top_versions(r->db, crate->id, &rows, &n);

	if (e)
		return e;
	bars = arena_array(r->arena, n + 1, sizeof(*bars));
	for (size_t i = 0; i < n; i++) {
		bars[i] = (struct svg_bar){ rows[i].num, rows[i].downloads };
		sum += rows[i].downloads;
	}
	if (crate->num_versions.v > n && crate->downloads > sum)
		bars[n++] = (struct svg_bar){ TEXT("all others"), crate->downloads - sum };
	v->bars = bars;
	v->nbars = n;
	return NULL;
}

static struct reply crate_get(struct req *r)
{
	struct crate_stats_page v = { .num = TEXT_NONE };
	struct crate_frame f;
	struct wanted w = { 0 };
	struct chart chart;
	const struct err *e = read_wanted(r, &w);

	if (!e)
		e = crate_frame(r, false, &f);
	if (!e)
		e = load_chart(r, &f.crate, &w, &chart);
	if (!e)
		e = load_bars(r, &f.crate, &v);
	if (e)
		return reply_err(r, e);
	fill(r, &w, &f, &v);
	v.total = f.crate.downloads;
	v.downloads.chart = &chart;
	v.kinds = kind_links(r, &w);
	v.downloads.csv = text_fmt(r->arena, "%.*s?range=%s&by=%s",
				   TEXT_F(crate_url(r->arena, v.name, TEXT_NONE, "/stats.csv")),
				   ranges[w.range].word, kinds[w.kind]);
	if (w.range == RANGE_DEFAULT)
		v.downloads.json =
			text_fmt(r->arena, "/api/v1%.*s",
				 TEXT_F(crate_url(r->arena, v.name, TEXT_NONE, "/downloads")));
	return reply_page(r, 200, crate_stats_page, &v);
}

static struct reply version_get(struct req *r)
{
	struct crate_stats_page v = { .num = TEXT_NONE };
	struct crate_frame f;
	struct wanted w = { 0 };
	struct chart chart;
	const struct err *e = read_wanted(r, &w);

	if (!e)
		e = crate_frame(r, true, &f);
	if (!e)
		e = download_chart_of_version(r, f.version.id, f.version.num, f.version.created_us,
					      ranges[w.range].days, &chart);
	if (e)
		return reply_err(r, e);
	fill(r, &w, &f, &v);
	v.total = f.version.downloads;
	v.downloads.chart = &chart;
	return reply_page(r, 200, crate_stats_page, &v);
}

/* The same numbers as a file: no page, so errors are words for programs. */
static struct reply csv_get(struct req *r)
{
	struct buf b = buf_init(r->arena, CSV_MAX_BYTES);
	struct crate_view crate;
	struct wanted w = { 0 };
	struct chart chart;
	struct text csv;
	struct reply rp;
	const struct err *e = read_wanted(r, &w);

	if (!e)
		e = db_crate_view(r->db, req_path(r, "name"), &crate);
	if (!e)
		e = load_chart(r, &crate, &w, &chart);
	if (!e) {
		chart_csv(&chart, &b);
		e = buf_done(&b, &csv);
	}
	if (e)
		return reply_err(r, e);
	rp = reply_text(r, 200, "text/csv; charset=utf-8; header=present", csv);
	reply_header(&rp, "Cache-Control", TEXT("public, max-age=600"));
	reply_header(&rp, "Content-Disposition",
		     text_fmt(r->arena, "attachment; filename=\"%.*s-downloads.csv\"",
			      TEXT_F(crate.name)));
	return rp;
}

const struct route crate_stats_routes[] = {
	ROUTE(GET, "/crates/{name}/stats", crate_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: downloads of a crate"),
	ROUTE(GET, "/crates/{name}/stats.csv", csv_get, .auth = AUTH_NONE,
	      .doc = "The same as CSV"),
	ROUTE(GET, "/crates/{name}/{version}/stats", version_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: downloads of a version"),
	ROUTE_END,
};
