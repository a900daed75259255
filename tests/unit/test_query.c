/* app/base/query.c: paths, queries and cookies. */
#include "app/base/query.h"
#include "tests/unit/check.h"

static void escapes(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "", "" },           { "abc", "abc" },
		{ "%41%62", "Ab" },   { "a%2fb%2F", "a/b/" },
		{ "%", "%" },         { "%4", "%4" },
		{ "%4g%41", "%4gA" }, { "%%41", "%A" },
		{ "%2541", "%41" }, /* once */
		{ "a+b", "a+b" },     { "caf%C3%A9", "caf\xc3\xa9" },
		{ "%ff", "\xff" },
	};
	struct arena *a = check_arena(state);
	struct text nul = percent_decode(a, TEXT("a%00b"));

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].in, percent_decode(a, text_from(t[i].in)), t[i].out);
	assert_true(text_eq(nul, TEXT("a\0b")));
}

static void paths(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "/", "/" },
		{ "/api/v1/crates", "/api/v1/crates" },
		{ "/api/v1/crates/", "/api/v1/crates/" }, /* a plain trailing slash stays */
		{ "/api/v1/.", "/api/v1" },
		{ "//api/v1/../v2", "/api/v2" },
		{ "/api//v1/", "/api/v1" },
		{ "/../../etc/passwd", "/etc/passwd" },
		{ "/a/b/../..", "/" },
		{ "//", "/" },
		{ "/.hidden/", "/.hidden" },
		{ "/a/...", "/a/..." },
		{ "/a/%2e%2e/b", "/a/%2e%2e/b" },
		{ "/a../b", "/a../b" },
		{ "", "" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].in, path_normalise(a, text_from(t[i].in)), t[i].out);
}

static void queries(void **state)
{
	static const struct {
		const char *in, *out; /* name=value, each followed by a '|' */
	} t[] = {
		{ NULL, "" },
		{ "", "" },
		{ "a=1&b=2", "a=1|b=2|" },
		{ "a=1&a=2", "a=1|a=2|" },
		{ "ids%5B%5D=1&ids[]=2", "ids[]=1|ids[]=2|" },
		{ "q=a+b%2Bc", "q=a b+c|" },
		{ "&&a&=b&", "a=|=b|" },
		{ "a=b=c", "a=b=c|" },
		{ "a=%ff", "a=\xef\xbf\xbd|" },
		{ "a;b=1", "a;b=1|" }, /* a semicolon separates nothing */
		{ "%3D=%26", "==&|" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		size_t n;
		struct query_pair *p = query_parse(a, text_from(t[i].in), 100, &n);
		struct text all = TEXT("");

		for (size_t k = 0; k < n; k++)
			all = text_fmt(a, "%.*s%.*s=%.*s|", TEXT_F(all), TEXT_F(p[k].name),
				       TEXT_F(p[k].value));
		check_text_of(t[i].in ? t[i].in : "(absent)", all, t[i].out);
	}
}

static void queries_are_cut_off(void **state)
{
	struct query_pair *p;
	size_t n;

	p = query_parse(check_arena(state), TEXT("a&&b&c&d"), 3, &n);
	assert_int_equal(n, 3);
	check_text_of("the last one", p[2].name, "c");
}

static void cookies(void **state)
{
	static const struct {
		const char *in, *value;
	} t[] = {
		{ NULL, NULL },          { "", NULL },
		{ "s", NULL },           { "s=", "" },
		{ "s=1", "1" },          { "a=2; s=1; s=3", "1" },
		{ "a=2;s = 1 ;b", "1" }, { "xs=2; s=a=b", "a=b" },
		{ "S=1", NULL },         { "a=\"s=1\"", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		check_text_of(t[i].in ? t[i].in : "(absent)",
			      cookie_find(text_from(t[i].in), TEXT("s")), t[i].value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(paths),
		cmocka_unit_test(queries),
		cmocka_unit_test(cookies),
		cmocka_unit_test(queries_are_cut_off),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
