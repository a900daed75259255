#include "templates/svg_chart.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "app/base/xml.h"
#include "templates/tmpl.h"

enum {
	WIDTH = 720,
	HEIGHT = 240,
	LEFT = 44,
	RIGHT = 712,
	TOP = 10,
	BASE = 214, /* y of zero */
	TICKS_X_MAX = 13,
	TICKS_Y_MAX = 5,     /* zero is one of them */
	DATE_MIN_SPACE = 30, /* between the last date and the right edge */
	HATCH = 6,
	SPARK_WIDTH = 120,
	SPARK_HEIGHT = 24,
	BAR_HEIGHT = 24,
	BAR_LEFT = 200,
	BAR_RIGHT = 600,
	LABEL_CHARS = 28,
};

static const char *const dashes[CHART_SERIES_MAX] = {
	NULL, "7 3", "2 3", "9 3 2 3", "1 2", "4 2 1 2 1 2",
};

/* ---- paths: M once, then relative steps of whole numbers; level ones are gathered into one h */

struct pen {
	struct buf *b;
	int x, y;
	int level; /* not written yet */
	char command;
};

static void pen_number(struct buf *b, int v, bool first)
{
	if (v >= 0 && !first)
		buf_byte(b, ' ');
	buf_i64(b, v);
}

static struct pen pen_at(struct buf *b, int x, int y)
{
	buf_byte(b, 'M');
	pen_number(b, x, true);
	pen_number(b, y, false);
	return (struct pen){ .b = b, .x = x, .y = y, .command = 'M' };
}

static void pen_command(struct pen *p, char command)
{
	if (p->command != command)
		buf_byte(p->b, command);
}

static void pen_end(struct pen *p)
{
	if (!p->level)
		return;
	pen_command(p, 'h');
	pen_number(p->b, p->level, p->command != 'h');
	p->command = 'h';
	p->level = 0;
}

static void pen_to(struct pen *p, int x, int y)
{
	if (y == p->y) {
		p->level += x - p->x;
	} else {
		pen_end(p);
		pen_command(p, 'l');
		pen_number(p->b, x - p->x, p->command != 'l');
		pen_number(p->b, y - p->y, false);
		p->command = 'l';
	}
	p->x = x;
	p->y = y;
}

/* ---- scales */

/* The axis: ticks at 0, m x 10^e, 2m x 10^e, ... up to the first that the largest figure does not pass. */
struct scale {
	int m, e, steps;
	double top;
};

static struct scale scale_for(double max)
{
	static const int ms[] = { 1, 2, 5 };
	struct scale s = { .m = 1, .steps = 1, .top = 1 };
	double power = 1;

	for (int e = 0;; e++, power *= 10)
		for (size_t i = 0; i < ARRAY_SIZE(ms); i++) {
			double step = ms[i] * power;

			if (max > step * (TICKS_Y_MAX - 1))
				continue;
			s.m = ms[i];
			s.e = e;
			while (step * s.steps < max)
				s.steps++;
			s.top = step * s.steps;
			return s;
		}
}

/* n x 10^e, n at most 20, as "0", "50", "2K", "1.5M". */
static void put_tick(struct buf *b, int n, int e)
{
	static const char *const units[] = { "", "K", "M", "B", "T", "Qa", "Qi" };
	int unit = e / 3, v = n;

	for (int i = e % 3; i; i--)
		v *= 10;
	if (v >= 1000) {
		buf_i64(b, v / 1000);
		if (v % 1000)
			buf_fmt(b, ".%d", v % 1000 / 100);
		unit++;
	} else {
		buf_i64(b, v);
	}
	if (v)
		buf_add(b, text_from(units[unit]));
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

static int y_of(double v, const struct scale *s)
{
	return BASE - (int)(v / s->top * (BASE - TOP) + 0.5);
}

static int x_of(size_t point, size_t npoints)
{
	return npoints < 2 ? LEFT : LEFT + (int)(point * (RIGHT - LEFT) / (npoints - 1));
}

/* The height of series 0 to upto on top of each other, or of one series alone. */
static double height_of(const struct chart *c, enum chart_mode mode, size_t series, size_t point)
{
	double sum = 0;

	for (size_t i = mode == CHART_LINES ? series : 0; i <= series; i++)
		sum += (double)c->series[i].v[point];
	return sum;
}

static double highest(const struct chart *c, enum chart_mode mode)
{
	double max = 0;

	for (size_t s = 0; s < c->nseries; s++)
		for (size_t p = 0; p < c->npoints; p++)
			max = larger(max, height_of(c, mode, s, p));
	return max;
}

/* ---- parts */

static void open_svg(struct buf *b, const char *class, int width, int height, struct text id,
		     struct text title)
{
	buf_fmt(b,
		"<svg class=\"%s\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\"",
		class, width, height, width, height);
	buf_add(b, TEXT(" aria-labelledby=\""));
	xml_text(b, id);
	buf_add(b, TEXT("-title "));
	xml_text(b, id);
	buf_add(b, TEXT("-desc\"><title id=\""));
	xml_text(b, id);
	buf_add(b, TEXT("-title\">"));
	xml_text(b, title);
	buf_add(b, TEXT("</title><desc id=\""));
	xml_text(b, id);
	buf_add(b, TEXT("-desc\">"));
}

static uint64_t days_of(const struct chart *c)
{
	return (uint64_t)(c->step_us / ((int64_t)24 * 3600 * US_PER_S));
}

static void describe(struct buf *b, const struct chart *c)
{
	int64_t end_us = c->begin_us + (int64_t)c->npoints * c->step_us - 1;
	size_t peak = 0;

	for (size_t p = 1; p < c->npoints; p++)
		if (chart_sum(c, p) > chart_sum(c, peak))
			peak = p;
	buf_add(b, chart_date(c, 0));
	buf_fmt(b, " to %s: ", time_date(end_us).s);
	buf_add(b, text_from(num(chart_total(c)).s));
	buf_add(b, TEXT(" in all"));
	if (chart_sum(c, peak)) {
		buf_add(b, TEXT(", at most "));
		buf_add(b, text_from(num(chart_sum(c, peak)).s));
		if (days_of(c) > 1)
			buf_fmt(b, " in %u days", (unsigned)days_of(c));
		else
			buf_add(b, TEXT(" a day"));
		buf_add(b, TEXT(" ("));
		buf_add(b, chart_date(c, peak));
		buf_byte(b, ')');
	}
	buf_byte(b, '.');
}

static void draw_y_axis(struct buf *b, const struct scale *s)
{
	buf_add(b, TEXT("<path class=\"grid\" fill=\"none\" stroke=\"currentColor\" "
			"stroke-opacity=\".2\" d=\""));
	for (int i = 0; i <= s->steps; i++) {
		buf_fmt(b, "M%d %d", LEFT, y_of(s->top * i / s->steps, s));
		buf_fmt(b, "h%d", RIGHT - LEFT);
	}
	buf_add(b, TEXT("\"/><g class=\"tick\" fill=\"currentColor\" font-size=\"11\" "
			"text-anchor=\"end\">"));
	for (int i = 0; i <= s->steps; i++) {
		buf_fmt(b, "<text x=\"%d\" y=\"%d\">", LEFT - 6,
			y_of(s->top * i / s->steps, s) + 4);
		put_tick(b, i * s->m, s->e);
		buf_add(b, TEXT("</text>"));
	}
	buf_add(b, TEXT("</g>"));
}

/* How many points from one date to the next: whole weeks of days, else as it comes. */
static size_t date_step(const struct chart *c)
{
	size_t unit = days_of(c) == 1 && c->npoints > TICKS_X_MAX ? 7 : 1, step = unit;

	while ((c->npoints + step - 1) / step > TICKS_X_MAX)
		step += unit;
	return step;
}

/* "Aug 3" where points are days, else "2026-08". */
static void put_date(struct buf *b, const struct chart *c, size_t point)
{
	struct time_text t = time_http(c->begin_us + (int64_t)point * c->step_us);
	struct text http = text_from(t.s); /* "Sat, 01 Aug 2026 ..." */

	if (days_of(c) > 1) {
		buf_add(b, text_sub(chart_date(c, point), 0, 7));
		return;
	}
	buf_add(b, text_sub(http, 8, 11));
	buf_byte(b, ' ');
	buf_add(b, text_sub(http, http.p[5] == '0' ? 6 : 5, 7));
}

static void draw_x_axis(struct buf *b, const struct chart *c)
{
	size_t step = date_step(c);

	buf_add(b, TEXT("<g class=\"tick\" fill=\"currentColor\" font-size=\"11\" "
			"text-anchor=\"middle\">"));
	for (size_t p = 0; p < c->npoints; p += step) {
		int x = x_of(p, c->npoints);

		if (p && x > RIGHT - DATE_MIN_SPACE / 2)
			break;
		buf_fmt(b, "<text x=\"%d\" y=\"%d\">", x, BASE + 18);
		put_date(b, c, p);
		buf_add(b, TEXT("</text>"));
	}
	buf_add(b, TEXT("</g>"));
}

static void put_dash(struct buf *b, size_t series)
{
	if (dashes[series])
		buf_fmt(b, " stroke-dasharray=\"%s\"", dashes[series]);
}

/* Its upper edge; an area goes on down to the base, and those below it are drawn over it afterwards. */
static void draw_series(struct buf *b, const struct chart *c, enum chart_mode mode, size_t series,
			const struct scale *s)
{
	struct pen pen;

	buf_fmt(b, "<path class=\"%s s%u\" ", mode == CHART_LINES ? "line" : "area",
		(unsigned)series);
	buf_add(b, mode == CHART_LINES
			   ? TEXT("fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"")
			   : TEXT("fill=\"currentColor\" stroke=\"#fff\""));
	put_dash(b, series);
	buf_add(b, TEXT(" d=\""));
	pen = pen_at(b, LEFT, y_of(height_of(c, mode, series, 0), s));
	for (size_t p = 1; p < c->npoints; p++)
		pen_to(&pen, x_of(p, c->npoints), y_of(height_of(c, mode, series, p), s));
	if (c->npoints == 1)
		pen_to(&pen, RIGHT, pen.y);
	pen_end(&pen);
	if (mode == CHART_STACKED)
		buf_fmt(b, "V%dH%dz", BASE, LEFT);
	buf_add(b, TEXT("\"/>"));
}

/* Over what leads to the last point: its day is not over. */
static void draw_hatch(struct buf *b, const struct chart *c)
{
	int from = x_of(c->npoints < 2 ? 0 : c->npoints - 2, c->npoints), width = RIGHT - from;

	buf_add(b, TEXT("<path class=\"hatch\" fill=\"none\" stroke=\"currentColor\" "
			"stroke-opacity=\".5\" d=\""));
	for (int y = TOP + width; y <= BASE; y += HATCH)
		buf_fmt(b, "M%d %dl%d-%d", from, y, width, width);
	buf_add(b, TEXT("\"/>"));
}

/* Bands over the points, which tell date and sum to who points at them. */
static void draw_hits(struct buf *b, const struct chart *c)
{
	int left = LEFT;

	buf_add(b, TEXT("<g class=\"hit\" fill=\"none\" pointer-events=\"all\">"));
	for (size_t p = 0; p < c->npoints; p++) {
		int right = p + 1 < c->npoints ? (x_of(p, c->npoints) + x_of(p + 1, c->npoints)) / 2
					       : RIGHT;

		buf_fmt(b, "<path d=\"M%d %dh%dv%dh-%dz\"><title>", left, TOP, right - left,
			BASE - TOP, right - left);
		buf_add(b, chart_date(c, p));
		buf_add(b, TEXT(": "));
		buf_add(b, text_from(num(chart_sum(c, p)).s));
		buf_add(b, TEXT("</title></path>"));
		left = right;
	}
	buf_add(b, TEXT("</g>"));
}

/* ---- pictures */

void svg_chart(struct buf *b, const struct chart *c, enum chart_mode mode, struct text id,
	       struct text title)
{
	struct scale s = scale_for(highest(c, mode));

	open_svg(b, "chart", WIDTH, HEIGHT, id, title);
	describe(b, c);
	buf_add(b, TEXT("</desc>"));
	draw_y_axis(b, &s);
	draw_x_axis(b, c);
	for (size_t i = c->nseries; i--;)
		draw_series(b, c, mode, i, &s);
	if (c->partial && days_of(c) == 1)
		draw_hatch(b, c);
	draw_hits(b, c);
	buf_add(b, TEXT("</svg>"));
}

void svg_chart_key(struct buf *b, size_t series, enum chart_mode mode)
{
	BUG_ON(series >= CHART_SERIES_MAX);
	buf_fmt(b, "<svg class=\"key\" viewBox=\"0 0 28 12\" width=\"28\" height=\"12\" "
		   "aria-hidden=\"true\">");
	if (mode == CHART_STACKED)
		buf_fmt(b, "<path class=\"s%u\" fill=\"currentColor\" d=\"M0 0h28v12h-28z\"/>",
			(unsigned)series);
	buf_fmt(b, "<path class=\"%s s%u\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"",
		mode == CHART_LINES ? "line" : "area", (unsigned)series,
		mode == CHART_LINES ? "currentColor" : "#fff");
	put_dash(b, series);
	buf_add(b, TEXT(" d=\"M0 6h28\"/></svg>"));
}

void svg_sparkline(struct buf *b, const uint64_t *v, size_t n)
{
	double max = 1;
	struct pen pen;

	if (n > CHART_POINTS_MAX) {
		v += n - CHART_POINTS_MAX;
		n = CHART_POINTS_MAX;
	}
	for (size_t i = 0; i < n; i++)
		max = larger(max, (double)v[i]);
	buf_fmt(b,
		"<svg class=\"spark\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
		"aria-hidden=\"true\"><path fill=\"none\" stroke=\"currentColor\" "
		"stroke-width=\"2\" d=\"",
		SPARK_WIDTH, SPARK_HEIGHT, SPARK_WIDTH, SPARK_HEIGHT);
	for (size_t i = 0; i < n; i++) {
		int x = n < 2 ? 0 : (int)(i * SPARK_WIDTH / (n - 1));
		int y = SPARK_HEIGHT - 2 - (int)((double)v[i] / max * (SPARK_HEIGHT - 4) + 0.5);

		if (i)
			pen_to(&pen, x, y);
		else
			pen = pen_at(b, x, y);
	}
	if (n == 1)
		pen_to(&pen, SPARK_WIDTH, pen.y);
	if (n)
		pen_end(&pen);
	buf_add(b, TEXT("\"/></svg>"));
}

/* The first characters of a long one, and an ellipsis. */
static void put_label(struct buf *b, struct text label)
{
	size_t at = 0, cut = 0;
	uint32_t c;

	for (size_t i = 0; text_next_char(label, &at, &c); i++) {
		if (i == LABEL_CHARS) {
			xml_text(b, text_sub(label, 0, cut));
			buf_add(b, TEXT("\xe2\x80\xa6"));
			return;
		}
		if (i < LABEL_CHARS - 1)
			cut = at;
	}
	xml_text(b, label);
}

static void draw_bar(struct buf *b, const struct svg_bar *bar, int y, double max)
{
	int width = (int)((double)bar->v / max * (BAR_RIGHT - BAR_LEFT) + 0.5);

	buf_fmt(b, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", BAR_LEFT - 8, y + 16);
	put_label(b, bar->label);
	buf_add(b, TEXT("</text>"));
	if (width)
		buf_fmt(b, "<path class=\"s0\" d=\"M%d %dh%dv%dh-%dz\"/>", BAR_LEFT, y + 4, width,
			BAR_HEIGHT - 8, width);
	buf_fmt(b, "<text x=\"%d\" y=\"%d\">", BAR_LEFT + width + 8, y + 16);
	buf_add(b, text_from(num(bar->v).s));
	buf_add(b, TEXT("</text>"));
}

void svg_bars(struct buf *b, const struct svg_bar *bars, size_t n, struct text id,
	      struct text title)
{
	double max = 1;

	if (n > SVG_BARS_MAX)
		n = SVG_BARS_MAX;
	for (size_t i = 0; i < n; i++)
		max = larger(max, (double)bars[i].v);
	open_svg(b, "bars", WIDTH, n ? (int)n * BAR_HEIGHT : BAR_HEIGHT, id, title);
	for (size_t i = 0; i < n; i++) {
		buf_add(b, i ? TEXT(", ") : TEXT(""));
		put_label(b, bars[i].label);
		buf_add(b, TEXT(": "));
		buf_add(b, text_from(num(bars[i].v).s));
	}
	buf_add(b, TEXT("</desc><g fill=\"currentColor\" font-size=\"12\">"));
	for (size_t i = 0; i < n; i++)
		draw_bar(b, &bars[i], (int)i * BAR_HEIGHT, max);
	buf_add(b, TEXT("</g></svg>"));
}
