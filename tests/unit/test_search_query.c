#include "app/registry/search_query.h"
#include "tests/unit/check.h"

#include "app/base/arena.h"

static void tokens(void **state)
{
	static const struct {
		const char *in, *words, *shown;
	} t[] = {
		{ "", NULL, "" },
		{ "  serde ", "serde", "" },
		{ "http  client", "http client", "" },
		{ "rust keyword:fire keyword:ball", "rust", "0=fire 0=ball " },
		{ "KeyWord:fire Rust", "Rust", "0=fire " },
		{ "category:a::b owner:alice user:bob", NULL, "1=a::b 2=alice 2=bob " },
		{ "license:\"MIT OR Apache-2.0\" x", "x", "3=MIT OR Apache-2.0 " },
		{ "msrv<=1.70 msrv:1.60", NULL, "4=1.70 4=1.60 " },
		{ "has:bin is:no-std -server yanked:yes", NULL, "5=bin 6=no-std 7=server 8=yes " },
		{ "keyword: -", "keyword: -", "" }, /* nothing behind it: words */
		{ "a-b -- x", "a-b x", "7=- " },
		{ "\"open quote keyword:x", "\"open quote", "0=x " },
		{ "license:\"\" y", "license:\"\" y", "" },
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct search_query s;
		char shown[256] = "";
		size_t n = 0;

		search_query_parse(a, text_from(t[i].in), &s);
		check_text_of(t[i].in, s.words, t[i].words);
		for (size_t k = 0; k < s.ntokens; k++) {
			struct text one = text_fmt(a, "%d=%.*s ", (int)s.tokens[k].filter,
						   TEXT_F(s.tokens[k].value));

			assert_true(n + one.n < sizeof(shown));
			memcpy(shown + n, one.p, one.n + 1);
			n += one.n;
		}
		check_text_of(t[i].in, text_from(shown), t[i].shown);
	}
	arena_free(a);
}

static void taken_away_and_written(void **state)
{
	struct arena *a = arena_new(0);
	struct search_query s;

	(void)state;
	search_query_parse(a, TEXT("b keyword:x a license:\"MIT OR X\""), &s);
	check_text_of("0", search_query_without(a, &s, 0), "b a license:\"MIT OR X\"");
	check_text_of("1", search_query_without(a, &s, 1), "b a keyword:x");
	check_text_of("last", search_query_last(&s, FILTER_LICENSE), "MIT OR X");
	check_text_of("none", search_query_last(&s, FILTER_OWNER), NULL);
	check_text_of("plain", search_query_token(a, FILTER_KEYWORD, TEXT("x")), "keyword:x");
	check_text_of("quoted", search_query_token(a, FILTER_LICENSE, TEXT("A OR B")),
		      "license:\"A OR B\"");
	arena_free(a);
}

static void many_tokens(void **state)
{
	struct arena *a = arena_new(0);
	char in[4096];
	struct search_query s;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 100; i++, n += 3)
		memcpy(in + n, "-x ", 3);
	search_query_parse(a, (struct text){ in, n }, &s);
	assert_int_equal(s.ntokens, SEARCH_TOKENS_MAX);
	assert_null(s.words.p);
	arena_free(a);
}

static void fits(void **state)
{
	static const struct {
		const char *q;
		bool fits;
	} t[] = {
		{ "anything keyword:other owner:x", true },
		{ "license:MIT", true },
		{ "license:apache-2.0", true },
		{ "license:\"mit or Apache-2.0\"", true },
		{ "license:Apache", false },
		{ "license:GPL-3.0", false },
		{ "msrv<=1.70", true },
		{ "msrv<=1.65.0", true },
		{ "msrv<=1.64.9", false },
		{ "msrv<=new", false },
		{ "msrv<=1.2.3.4", false },
		{ "has:bin", true },
		{ "has:lib", false },
		{ "has:wings", false },
		{ "is:stable", true },
		{ "is:no-std", true },
		{ "is:green", false },
		{ "-server", false },
		{ "-HTTP", false },
		{ "-gopher has:bin", true },
		{ "has:bin has:lib", false },
	};
	const struct crate_traits c = {
		.name = TEXT("http-thing"),
		.description = TEXT("A Server of files"),
		.num = TEXT("1.2.3"),
		.license = TEXT("MIT OR Apache-2.0"),
		.rust_version = TEXT("1.65"),
		.bin_names = TEXT("[\"thing\"]"),
		.keywords = TEXT("[\"web\"]"),
		.categories = TEXT("[\"no-std::no-alloc\"]"),
	};
	struct arena *a = arena_new(0);
	struct search_query s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		search_query_parse(a, text_from(t[i].q), &s);
		if (search_query_fits(&s, &c) != t[i].fits)
			fail_msg("%s", t[i].q);
	}
	search_query_parse(a, TEXT("license:MIT is:stable"), &s);
	assert_true(search_query_is_choosy(&s));
	assert_false(search_query_fits(&s, &(struct crate_traits){ .name = TEXT("x") }));
	search_query_parse(a, TEXT("x keyword:y yanked:yes"), &s);
	assert_false(search_query_is_choosy(&s));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens),
		cmocka_unit_test(taken_away_and_written),
		cmocka_unit_test(many_tokens),
		cmocka_unit_test(fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
