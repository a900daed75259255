/* templates/svg_badge.c: badges are XML whatever they say, and as wide as their texts. */
#include "templates/svg_badge.h"
#include "tests/unit/well_formed.h"

static struct text drawn(struct arena *a, const char *label, struct text value)
{
	struct buf b = buf_init(a, SVG_BADGE_BYTES);

	svg_badge(&b, text_from(label), value, BADGE_BLUE);
	assert_true(buf_ok(&b) && well_formed(buf_text(&b)));
	return buf_text(&b);
}

static bool holds(struct text t, const char *part)
{
	return text_find(t, text_from(part)) < t.n;
}

static void widths(void **state)
{
	static const struct {
		const char *in;
		unsigned px;
	} t[] = {
		{ "", 0 },       { "i", 4 },          { "W", 11 },
		{ "1.0.0", 29 }, { "downloads", 59 }, { "\xf0\x9f\xa6\x80", 9 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (badge_text_width(text_from(t[i].in)) != t[i].px)
			fail_msg("%s: %u px", t[i].in, badge_text_width(text_from(t[i].in)));
}

static void badges(void **state)
{
	struct text svg = drawn(check_arena(state), "version", TEXT("1.0.0"));

	assert_true(holds(svg, "<title id=\"t\">version: 1.0.0</title>"));
	assert_true(holds(svg, "width=\"94\" height=\"20\""));
	assert_true(holds(svg, "textLength=\"29\">1.0.0</text>"));
}

static void hostile(void **state)
{
	struct arena *a = check_arena(state);
	char *crabs = arena_alloc(a, 400);

	for (size_t i = 0; i < 100; i++)
		(void)char_put_utf8(crabs + i * 4, 0x1f980);
	assert_false(holds(drawn(a, "a", TEXT("\"/><script>alert(1)</script>")), "<script"));
	(void)drawn(a, "<&\"'>", TEXT("\x01\xff\xef\xbf\xbf"));
	(void)drawn(a, "", TEXT_NONE);
	assert_true(holds(drawn(a, "", (struct text){ crabs, 400 }), "textLength=\"330\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths),
		cmocka_unit_test(badges),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
