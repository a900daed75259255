#include "templates/chart.h"

#include "app/base/arena.h"
#include "app/base/time.h"

#define DAY_US ((int64_t)24 * 3600 * US_PER_S)

enum { WEEK_DAYS = 7 };

static int64_t day_of(int64_t us)
{
	int64_t rest = us % DAY_US;

	return us - rest - (rest < 0 ? DAY_US : 0);
}

struct chart chart_init(struct arena *a, int64_t begin_us, int64_t end_us)
{
	int64_t last = day_of(end_us), days, step = 1, n;

	days = day_of(begin_us) < last ? (last - day_of(begin_us)) / DAY_US + 1 : 1;
	while ((days + step - 1) / step > CHART_POINTS_MAX)
		step = step == 1 ? WEEK_DAYS : step * 2;
	n = (days + step - 1) / step;
	return (struct chart){ .arena = a,
			       .begin_us = last - (n * step - 1) * DAY_US,
			       .step_us = step * DAY_US,
			       .npoints = (size_t)n,
			       .partial = true };
}

size_t chart_series_add(struct chart *c, struct text name)
{
	BUG_ON(c->nseries == CHART_SERIES_MAX);
	c->series[c->nseries] =
		(struct chart_series){ .name = name,
				       .v = arena_array(c->arena, c->npoints, sizeof(uint64_t)) };
	return c->nseries++;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	uint64_t s;

	return ckd_add(&s, a, b) ? UINT64_MAX : s;
}

void chart_add(struct chart *c, size_t series, struct text date, uint64_t n)
{
	struct chart_series *s = &c->series[series];
	int64_t us;
	size_t at;

	BUG_ON(series >= c->nseries);
	if (!time_parse_date(date, &us) || us < c->begin_us)
		return;
	at = (size_t)((us - c->begin_us) / c->step_us);
	if (at >= c->npoints)
		return;
	s->v[at] = sum(s->v[at], n);
	s->total = sum(s->total, n);
}

struct text chart_date(const struct chart *c, size_t point)
{
	struct time_text t = time_date(c->begin_us + (int64_t)point * c->step_us);

	return text_dup(c->arena, text_from(t.s));
}

uint64_t chart_sum(const struct chart *c, size_t point)
{
	uint64_t s = 0;

	for (size_t i = 0; i < c->nseries; i++)
		s = sum(s, c->series[i].v[point]);
	return s;
}

uint64_t chart_total(const struct chart *c)
{
	uint64_t s = 0;

	for (size_t i = 0; i < c->nseries; i++)
		s = sum(s, c->series[i].total);
	return s;
}

static void csv_name(struct buf *b, struct text name)
{
	static const char formula[] = "=+-@\t\r";

	buf_byte(b, '"');
	if (name.n && text_has_byte((struct text){ formula, sizeof(formula) - 1 }, name.p[0]))
		buf_byte(b, '\'');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, name.p[i]);
	}
	buf_byte(b, '"');
}

void chart_csv(const struct chart *c, struct buf *b)
{
	buf_add(b, TEXT("date"));
	for (size_t i = 0; i < c->nseries; i++) {
		buf_byte(b, ',');
		csv_name(b, c->series[i].name);
	}
	buf_add(b, TEXT("\r\n"));
	for (size_t p = 0; p < c->npoints; p++) {
		buf_add(b, chart_date(c, p));
		for (size_t i = 0; i < c->nseries; i++) {
			buf_byte(b, ',');
			buf_u64(b, c->series[i].v[p]);
		}
		buf_add(b, TEXT("\r\n"));
	}
}
