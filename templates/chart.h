/*
 * Figures over time: up to six series, one figure a point. A point is a day, or several days summed up where the
 * window is long. Picture (svg_chart.h), table and CSV are all made from this one struct, so they cannot differ.
 */
#pragma once

#include "app/base/buf.h"

enum {
	CHART_SERIES_MAX = 6,   /* the five highest versions, and all others (contract/web.md 7) */
	CHART_POINTS_MAX = 120, /* a longer window has wider points */
};

struct chart_series {
	struct text name; /* as somebody wrote it: escaped where it is shown */
	uint64_t *v;      /* npoints of them */
	uint64_t total;
};

struct chart {
	struct arena *arena;
	int64_t begin_us; /* of the first point: the begin of a day in UTC */
	int64_t step_us;  /* of each point: days */
	size_t npoints;   /* at least 1 */
	bool partial;     /* the last point is not over yet */
	struct chart_series series[CHART_SERIES_MAX];
	size_t nseries;
};

/*
 * A window of whole days, from that of begin_us to that of end_us, which is the last and partial one. Points are days,
 * and multiples of seven days from CHART_POINTS_MAX days on; then the window begins a little earlier, so that the last
 * point ends with the last day. begin_us behind end_us is a window of one day.
 */
struct chart chart_init(struct arena *a, int64_t begin_us, int64_t end_us);

/* The number of the new series. More than CHART_SERIES_MAX is a BUG. The name is borrowed. */
size_t chart_series_add(struct chart *c, struct text name);

/* Adds what was counted on "2026-08-01". Days outside of the window, and what is no date, are passed over. Sums stop
 * at the largest number there is. */
void chart_add(struct chart *c, size_t series, struct text date, uint64_t n);

struct text chart_date(const struct chart *c, size_t point); /* arena: its first day */
uint64_t chart_sum(const struct chart *c, size_t point);     /* of all series */
uint64_t chart_total(const struct chart *c);

/* RFC 4180: a line of names, then one a point, dates first. Names that a spreadsheet would take for a formula are
 * preceded by an apostrophe. */
void chart_csv(const struct chart *c, struct buf *b);
