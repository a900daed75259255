/* templates/chart.c and svg_chart.c: windows, sums, CSV, and pictures that are XML whatever the figures and names are. */
#include "app/base/time.h"
#include "templates/svg_chart.h"
#include "tests/unit/well_formed.h"

#include <zlib.h>

enum { GZIP_MAX = 6 * 1024 }; /* contract/web.md 15.3 */

static int64_t day(const char *date)
{
	int64_t us = -1;

	assert_true(time_parse_date(text_from(date), &us));
	return us;
}

static struct text drawn(struct arena *a, const struct chart *c, enum chart_mode mode)
{
	struct buf b = buf_init(a, SVG_CHART_BYTES);

	svg_chart(&b, c, mode, TEXT("downloads"), TEXT("Downloads of <serde> & co"));
	assert_true(buf_ok(&b));
	assert_true(well_formed(buf_text(&b)));
	assert_int_equal(text_find(buf_text(&b), TEXT("style=")), buf_text(&b).n);
	return buf_text(&b);
}

static bool holds(struct text t, const char *part)
{
	return text_find(t, text_from(part)) < t.n;
}

static void dates(void **state)
{
	static const char *const none[] = {
		"",           "2026-8-01",  "2026-08-1",  "2026-08-01 ", "2026-02-29", "2026-13-01",
		"2026-00-01", "2026/08/01", "-026-08-01", "2026-08-01Z", "0000-01-01"
	};
	int64_t us;

	(void)state;
	assert_int_equal(day("1970-01-02"), (int64_t)86400 * US_PER_S);
	assert_string_equal(time_date(day("2024-02-29")).s, "2024-02-29");
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		if (time_parse_date(text_from(none[i]), &us))
			fail_msg("%s is no date", none[i]);
}

static void windows(void **state)
{
	static const struct {
		const char *from, *to;
		size_t npoints;
		int days;
		const char *begin;
	} t[] = {
		{ "2026-08-01", "2026-08-01", 1, 1, "2026-08-01" },
		{ "2026-08-02", "2026-08-01", 1, 1, "2026-08-01" },
		{ "2026-05-04", "2026-08-01", 90, 1, "2026-05-04" },
		{ "2026-04-04", "2026-08-01", 120, 1, "2026-04-04" },
		{ "2026-04-03", "2026-08-01", 18, 7, "2026-03-29" },
		{ "2025-08-02", "2026-08-01", 53, 7, "2025-07-27" },
		{ "2014-11-11", "2026-08-01", 77, 56, "2014-10-12" },
		{ "1960-01-01", "2026-08-01", 109, 224, "1959-09-27" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct chart c = chart_init(a, day(t[i].from) + 5, day(t[i].to) + 7);
		int64_t last = c.begin_us + (int64_t)c.npoints * c.step_us;

		check_text_of(t[i].from, chart_date(&c, 0), t[i].begin);
		assert_int_equal(c.npoints, t[i].npoints);
		assert_int_equal(c.step_us / ((int64_t)86400 * US_PER_S), t[i].days);
		assert_int_equal(last, day(t[i].to) + (int64_t)86400 * US_PER_S);
	}
}

static struct chart ninety_days(struct arena *a, size_t nseries, uint64_t factor)
{
	static const char *const names[] = { "1.10.3",       "1.10.2", "1.10.1",
					     "2.0.0-rc.1+x", "0.9.15", "Other" };
	struct chart c = chart_init(a, day("2026-05-04"), day("2026-08-01"));

	for (size_t s = 0; s < nseries; s++) {
		(void)chart_series_add(&c, text_from(names[s]));
		for (size_t p = 0; p < c.npoints; p++)
			chart_add(&c, s, chart_date(&c, p),
				  factor * ((p * 7919 + s * 104729) % 9973) / 10);
	}
	return c;
}

static void sums_and_csv(void **state)
{
	struct arena *a = check_arena(state);
	struct chart c = chart_init(a, day("2026-07-31"), day("2026-08-01"));
	struct buf b = buf_init(a, 4096);

	assert_int_equal(chart_series_add(&c, TEXT("1.0.0")), 0);
	assert_int_equal(chart_series_add(&c, TEXT("=1+\"2\"")), 1);
	chart_add(&c, 0, TEXT("2026-07-31"), 3);
	chart_add(&c, 0, TEXT("2026-07-31"), 4);
	chart_add(&c, 1, TEXT("2026-08-01"), 5);
	chart_add(&c, 1, TEXT("2026-07-30"), 100); /* before, after, and no date */
	chart_add(&c, 1, TEXT("2026-08-02"), 100);
	chart_add(&c, 1, TEXT("yesterday"), 100);
	assert_int_equal(chart_sum(&c, 0), 7);
	assert_int_equal(chart_sum(&c, 1), 5);
	assert_int_equal(chart_total(&c), 12);
	chart_csv(&c, &b);
	check_text_of("csv", buf_text(&b),
		      "date,\"1.0.0\",\"'=1+\"\"2\"\"\"\r\n2026-07-31,7,0\r\n2026-08-01,0,5\r\n");
	chart_add(&c, 0, TEXT("2026-08-01"), UINT64_MAX);
	assert_int_equal(chart_sum(&c, 1), UINT64_MAX);
	assert_int_equal(chart_total(&c), UINT64_MAX);
}

static void weeks_sum_days(void **state)
{
	struct chart c = chart_init(check_arena(state), day("2025-08-02"), day("2026-08-01"));

	(void)chart_series_add(&c, TEXT("all"));
	chart_add(&c, 0, TEXT("2026-07-26"), 1);
	chart_add(&c, 0, TEXT("2026-08-01"), 2);
	chart_add(&c, 0, TEXT("2026-07-25"), 4);
	assert_int_equal(c.series[0].v[52], 3);
	assert_int_equal(c.series[0].v[51], 4);
}

static void ninety_days_of_six(void **state)
{
	struct arena *a = check_arena(state);
	static const uint64_t factors[] = { 0, 1, 1000, 1000000000, 1000000000000000 };

	for (size_t i = 0; i < ARRAY_SIZE(factors); i++)
		for (enum chart_mode mode = CHART_STACKED; mode <= CHART_LINES; mode++) {
			struct chart c = ninety_days(a, CHART_SERIES_MAX, factors[i]);
			struct text svg = drawn(a, &c, mode);
			uLongf n = compressBound(svg.n);
			unsigned char *z = arena_alloc(a, n);

			assert_int_equal(compress2(z, &n, (const unsigned char *)svg.p, svg.n, 6),
					 Z_OK);
			if (n > GZIP_MAX)
				fail_msg("%zu bytes, %lu compressed", svg.n, n);
		}
}

static void what_is_drawn(void **state)
{
	struct arena *a = check_arena(state);
	struct chart c = chart_init(a, day("2026-07-23"), day("2026-08-01"));
	struct text svg;

	(void)chart_series_add(&c, TEXT("1.0.0"));
	(void)chart_series_add(&c, TEXT("0.9.0"));
	chart_add(&c, 0, TEXT("2026-07-23"), 1500);
	chart_add(&c, 1, TEXT("2026-07-23"), 300);
	svg = drawn(a, &c, CHART_LINES);
	assert_true(holds(svg, "Downloads of &lt;serde&gt; &amp; co"));
	assert_true(holds(svg, "2026-07-23 to 2026-08-01: 1,800 in all, at most 1,800 a day "
			       "(2026-07-23)."));
	assert_true(holds(svg, ">1.5K</text>") && holds(svg, ">500</text>"));
	assert_true(holds(svg, ">Jul 23</text>") && holds(svg, ">Jul 31</text>"));
	assert_true(holds(svg, "<title>2026-07-23: 1,800</title>"));
	/* One falls from the top to the base, then all is level. */
	assert_true(holds(svg, "d=\"M44 10l74 204h594\""));
	svg = drawn(a, &c, CHART_STACKED);
	assert_true(holds(svg, "class=\"area s1\"") && holds(svg, "V214H44z"));
}

static void edges(void **state)
{
	struct arena *a = check_arena(state);
	struct chart c = chart_init(a, day("2026-08-01"), day("2026-08-01"));
	struct text svg = drawn(a, &c, CHART_STACKED); /* no series at all */

	assert_true(holds(svg, "2026-08-01 to 2026-08-01: 0 in all."));
	for (size_t s = 0; s < CHART_SERIES_MAX; s++) {
		(void)chart_series_add(&c, TEXT("x"));
		(void)drawn(a, &c, CHART_LINES);
		chart_add(&c, s, TEXT("2026-08-01"), UINT64_MAX);
		(void)drawn(a, &c, CHART_LINES);
		svg = drawn(a, &c, CHART_STACKED);
	}
	assert_true(holds(svg, ">150Qi</text>"));
	c = chart_init(a, day("1970-01-01"), day("2026-08-01"));
	(void)chart_series_add(&c, TEXT("x"));
	check_text_of("begin", chart_date(&c, 0), "1969-07-20");
	assert_true(holds(drawn(a, &c, CHART_STACKED), ">1969-07</text>"));
}

static void smaller_ones(void **state)
{
	static const char *const names[] = { "<script>alert(1)</script>", "\"'&", "", "\x01\xff",
					     "a-very-long-label-that-does-not-fit-in-here" };
	struct arena *a = check_arena(state);
	struct svg_bar bars[SVG_BARS_MAX + 5];
	uint64_t figures[500];

	for (size_t n = 0; n < ARRAY_SIZE(figures); n += n < 4 ? 1 : 120) {
		struct buf b = buf_init(a, SVG_CHART_BYTES);

		for (size_t i = 0; i < n; i++)
			figures[i] = i % 3 ? UINT64_MAX / (i + 1) : 0;
		svg_sparkline(&b, figures, n);
		assert_true(buf_ok(&b) && well_formed(buf_text(&b)));
	}
	for (size_t n = 0; n <= ARRAY_SIZE(bars); n++) {
		struct buf b = buf_init(a, SVG_CHART_BYTES);

		if (n)
			bars[n - 1] = (struct svg_bar){ text_from(names[n % ARRAY_SIZE(names)]),
							n == 5 ? UINT64_MAX : n };
		svg_bars(&b, bars, n, TEXT("bars"), TEXT("Shares"));
		assert_true(buf_ok(&b) && well_formed(buf_text(&b)));
		assert_false(holds(buf_text(&b), "<script>"));
	}
	for (size_t s = 0; s < CHART_SERIES_MAX; s++)
		for (enum chart_mode mode = CHART_STACKED; mode <= CHART_LINES; mode++) {
			struct buf b = buf_init(a, SVG_CHART_BYTES);

			svg_chart_key(&b, s, mode);
			assert_true(well_formed(buf_text(&b)));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates),
		cmocka_unit_test(windows),
		cmocka_unit_test(sums_and_csv),
		cmocka_unit_test(weeks_sum_days),
		cmocka_unit_test(ninety_days_of_six),
		cmocka_unit_test(what_is_drawn),
		cmocka_unit_test(edges),
		cmocka_unit_test(smaller_ones),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
