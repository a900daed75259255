/* templates/track.c: which versions belong together. */
#include "templates/track.h"
#include "tests/unit/check.h"

static void names(void **state)
{
	static const struct {
		const char *num, *name;
	} t[] = {
		{ "0.0.0", "0.0" },
		{ "0.0.7", "0.0" },
		{ "0.4.0-alpha.1", "0.4" },
		{ "1.0.0", "1.x" },
		{ "1.27.3+build", "1.x" },
		{ "99.1.0", "99.x" },
		{ "100.0.0", "100" },
		{ "2024.5.1", "2024" },
		{ "0.4.0-alpha.01", "0.4" }, /* no SemVer, but there (contract/web.md W078) */
		{ "1.02.3", "1.x" },
		{ "1.2", "?" },
		{ "1.2.x", "?" },
		{ "1..3", "?" },
		{ "-1.2.3", "?" },
		{ "18446744073709551615.1.0", "18446744073709551615" },
		{ "18446744073709551616.0.0", "?" },
		{ "", "?" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].num,
			      track_name(check_arena(state), track_of(text_from(t[i].num))),
			      t[i].name);
}

static void equal(void **state)
{
	(void)state;
	assert_true(track_eq(track_of(TEXT("1.2.3")), track_of(TEXT("1.9.0-rc.1"))));
	assert_false(track_eq(track_of(TEXT("0.2.3")), track_of(TEXT("0.9.0"))));
	assert_false(track_eq(track_of(TEXT("1.2.3")), track_of(TEXT("2.2.3"))));
	assert_false(track_eq(track_of(TEXT("0.0.1")), track_of(TEXT("x"))));
	assert_true(track_eq(track_of(TEXT("y")), track_of(TEXT("x"))));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(equal) };

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
