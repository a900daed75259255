/* app/base/semver.c: what is taken, printed, refused, how it is ordered and what a requirement
 * matches. */
#include "app/base/semver.h"
#include "tests/unit/check.h"

static void versions(void **state)
{
	static const struct {
		const char *in, *why; /* why NULL: it is one */
	} t[] = {
		{ "0.0.0", NULL },
		{ "1.2.3-alpha.1+build.007", NULL },
		{ "1.2.3+00.-", NULL },
		{ "18446744073709551615.0.0", NULL },
		{ "", "empty string, expected a semver version" },
		{ "1", "unexpected end of input while parsing major version number" },
		{ "1.2", "unexpected end of input while parsing minor version number" },
		{ "1.2.", "unexpected end of input while parsing patch version number" },
		{ "v1.2.3", "unexpected character 'v' while parsing major version number" },
		{ "1.x.0", "unexpected character 'x' while parsing minor version number" },
		{ "1 .0.0", "unexpected character ' ' after major version number" },
		{ "1.2.3 ", "unexpected character ' ' after patch version number" },
		{ "1.2.3-a_b", "unexpected character '_' after pre-release identifier" },
		{ "1.2.3+a\xc3\xa9", "unexpected character '\xc3\xa9' after build metadata" },
		{ "1.2.3+a'", "unexpected character '\\'' after build metadata" },
		{ "1.2.3+a\x01", "unexpected character '\\u{1}' after build metadata" },
		{ "01.0.0", "invalid leading zero in major version number" },
		{ "1.0.0-a.00", "invalid leading zero in pre-release identifier" },
		{ "1.18446744073709551616.0", "value of minor version number exceeds u64::MAX" },
		{ "1.0.0-", "empty identifier segment in pre-release identifier" },
		{ "1.0.0-a..b", "empty identifier segment in pre-release identifier" },
		{ "1.0.0-a+", "empty identifier segment in build metadata" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text in = text_from(t[i].in);
		struct semver v;
		bool ok = semver_parse(in, &v);

		assert_int_equal(ok, !t[i].why);
		check_text_of(t[i].in, semver_error(a, in), t[i].why);
		if (ok)
			check_text_of("printed", semver_print(a, &v), t[i].in);
	}
}

/* Each is above the one before: semver.org 11, and build metadata for the total order. */
static void order(void **state)
{
	static const char *const t[] = {
		"0.0.1-0",     "0.0.1",         "0.1.0",         "1.0.0-1",
		"1.0.0-9",     "1.0.0-10",      "1.0.0-10.0",    "1.0.0-99999999999999999999",
		"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.a", "1.0.0-alpha-",
		"1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11", "1.0.0-rc.1",
		"1.0.0",       "1.0.0+0",       "1.0.0+00",      "1.0.0+1",
		"1.0.0+1.a",   "1.0.0+01",      "1.0.0+a",       "1.0.9",
		"1.0.10",      "1.10.0",        "2.0.0",         "10.0.0",
		"10.0.0+a",    "10.0.1-a",      "11.0.0",        "18446744073709551615.0.0",
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(t); k++) {
			struct semver x, y;
			int c, keys;

			assert_true(semver_parse(text_from(t[i]), &x));
			assert_true(semver_parse(text_from(t[k]), &y));
			c = semver_cmp_total(&x, &y);
			if ((c > 0) != (i > k) || (c < 0) != (i < k))
				fail_msg("%s against %s: %d", t[i], t[k], c);
			c = semver_cmp(&x, &y);
			keys = text_cmp(semver_order_key(a, &x), semver_order_key(a, &y));
			if ((c > 0) != (keys > 0) || (c < 0) != (keys < 0))
				fail_msg("keys of %s and %s: %d, but precedence %d", t[i], t[k],
					 keys, c);
			if (text_eq(semver_no_build(text_from(t[i])),
				    semver_no_build(text_from(t[k]))))
				assert_int_equal(c, 0);
			else if ((c > 0) != (i > k))
				fail_msg("precedence of %s and %s: %d", t[i], t[k], c);
		}
	}
}

static void order_keys(void **state)
{
	static const struct {
		const char *in;
		struct text key;
	} t[] = {
		{ "1.20.300", TEXT_INIT("\x01"
					"1\x02"
					"20\x03"
					"300\x03") },
		{ "0.0.0-rc.10+x", TEXT_INIT("\x01"
					     "0\x01"
					     "0\x01"
					     "0\x02rc\x01\x02"
					     "10\0") },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct semver v;

		assert_true(semver_parse(text_from(t[i].in), &v));
		assert_true(text_eq(semver_order_key(a, &v), t[i].key));
	}
}

static void requirements(void **state)
{
	static const struct {
		const char *in, *out, *why;
	} t[] = {
		{ "1.0", "^1.0", NULL },
		{ ">= 1 , <2", ">=1, <2", NULL },
		{ "1.2.x", "1.2.*", NULL },
		{ "1.*.*", "1.*", NULL },
		{ "~1.X", "~1", NULL },
		{ "^1.*", "^1", NULL },
		{ ">1.*", ">1", NULL },
		{ "=1.2.3-rc.1+build", "=1.2.3-rc.1", NULL },
		{ " * ", "*", NULL },
		{ "x", "*", NULL },
		{ "X", "*", NULL },
		{ "", NULL, "unexpected end of input while parsing major version number" },
		{ "=*", NULL, "unexpected character '*' while parsing major version number" },
		{ "1.0.0-*", NULL, "empty identifier segment in pre-release identifier" },
		{ "1,", NULL, "unexpected end of input while parsing major version number" },
		{ "1, *", NULL, "wildcard req (*) must be the only comparator in the version req" },
		{ "x, 1", NULL, "wildcard req (x) must be the only comparator in the version req" },
		{ "*1", NULL, "unexpected character after wildcard in version req" },
		{ "1.*.2", NULL, "unexpected character after wildcard in version req" },
		{ ">=1 <2", NULL, "expected comma after major version number, found '<'" },
		{ "not a req", NULL,
		  "unexpected character 'n' while parsing major version number" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text in = text_from(t[i].in);
		struct semver_req r;
		bool ok = semver_req_parse(in, &r);

		assert_int_equal(ok, t[i].out != NULL);
		check_text_of(t[i].in, semver_req_error(a, in), t[i].why);
		check_text_of(t[i].in, semver_req_normal(a, in), t[i].out);
		if (ok)
			assert_int_equal(semver_req_is_any(&r), t[i].out[0] == '*');
	}
}

static void at_most_32_comparators(void **state)
{
	struct arena *a = check_arena(state);
	struct text req = TEXT("1");
	struct semver_req r;

	for (unsigned i = 1; i < SEMVER_COMPARATORS_MAX; i++)
		req = text_fmt(a, "%.*s,1", TEXT_F(req));
	assert_true(semver_req_parse(req, &r));
	assert_int_equal(r.n, 32);
	req = text_fmt(a, "%.*s,1", TEXT_F(req));
	assert_false(semver_req_parse(req, &r));
	check_text_of("33", semver_req_error(a, req), "excessive number of version comparators");
}

static void matching(void **state)
{
	static const struct {
		const char *req, *yes, *no; /* versions, blank between */
	} t[] = {
		{ "*", "0.0.0 9.9.9", "1.0.0-a" },
		{ "1.2", "1.2.0 1.9.0", "1.1.9 2.0.0 1.2.0-a 1.9.9-a" },
		{ "0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2" },
		{ "0.0.3", "0.0.3", "0.0.4 0.1.3" },
		{ "0.0", "0.0.7", "0.1.0" },
		{ "0", "0.9.0", "1.0.0" },
		{ "1.2.3-beta.2", "1.2.3-beta.2 1.2.3-rc 1.2.3 1.3.0", "1.2.3-beta.1 1.3.0-rc" },
		{ "~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2" },
		{ "~1", "1.9.0", "2.0.0" },
		{ "=1.2", "1.2.0 1.2.9", "1.3.0 1.2.0-a" },
		{ "1.2.*", "1.2.0 1.2.9", "1.3.0" },
		{ ">1.2", "1.3.0 2.0.0", "1.2.9" },
		{ ">=1.2, <2", "1.2.0 1.9.9", "2.0.0 2.0.0-a 1.1.0" },
		{ "<=1.2", "1.2.9 0.0.1", "1.3.0" },
		{ "<1.2.3-b", "1.2.3-a 1.2.2", "1.2.3-b 1.2.3 1.2.2-z" },
		{ "=1.0.0+x", "1.0.0 1.0.0+y", "1.0.1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct semver_req r;

		assert_true(semver_req_parse(text_from(t[i].req), &r));
		for (int yes = 0; yes < 2; yes++) {
			struct text rest = text_from(yes ? t[i].yes : t[i].no), one;

			while (text_cut(&rest, ' ', &one)) {
				struct semver v;

				assert_true(semver_parse(one, &v));
				if (semver_req_matches(&r, &v) != yes)
					fail_msg("%s and %.*s", t[i].req, TEXT_F(one));
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),   cmocka_unit_test(order),
		cmocka_unit_test(order_keys), cmocka_unit_test(requirements),
		cmocka_unit_test(matching),   cmocka_unit_test(at_most_32_comparators),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
