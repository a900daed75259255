/* app/server/sign.c and form.c: values that come back from a browser. */
#include "app/base/config.h"
#include "app/server/form.h"
#include "app/server/sign.h"
#include "tests/unit/check.h"

#include <string.h>

static struct req request(struct arena *a, const char *config)
{
	struct text why;
	struct req r = { .arena = a,
			 .cfg = config_parse(a, text_from(config), "c.toml", NULL, &why) };

	if (!r.cfg)
		fail_msg("%.*s", TEXT_F(why));
	return r;
}

static void round_trips(void **state)
{
	struct arena *a = check_arena(state);
	struct req r = request(a, "db.password = \"secret\"");
	char bytes[300];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	for (size_t n = 0; n < sizeof(bytes); n++) {
		struct text value = { bytes, n }, sealed = sign_value(&r, "a", value);

		assert_true(text_eq(sign_check(&r, "a", sealed), value));
		for (size_t i = 0; i < sealed.n; i++) /* as a cookie and a URL take it */
			assert_true(char_is_alnum(sealed.p[i]) ||
				    text_has_byte(TEXT("-_."), sealed.p[i]));
	}
}

static void forgeries(void **state)
{
	static const char *const others[] = { "",        ".",
					      "aGVsbG8", "aGVsbG8.",
					      ".x",      "aGVsbG8.x",
					      "a%.x",    "aGVsbG8.AAAAAAAAAAAAAAAAAAAAAA" };
	struct arena *a = check_arena(state);
	struct req r = request(a, "db.password = \"secret\"");
	struct req other = request(a, "db.password = \"other\"");
	struct req keyed =
		request(a, "db.password = \"secret\"\nauth.key = "
			   "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"");
	struct text sealed = sign_value(&r, "flash", TEXT("hello"));

	check_text_of("itself", sign_check(&r, "flash", sealed), "hello");
	check_text_of("purpose", sign_check(&r, "other", sealed), NULL);
	check_text_of("password", sign_check(&other, "flash", sealed), NULL);
	check_text_of("key", sign_check(&keyed, "flash", sealed), NULL);
	check_text_of("absent", sign_check(&r, "flash", TEXT_NONE), NULL);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		check_text_of(others[i], sign_check(&r, "flash", text_from(others[i])), NULL);
	for (size_t i = 0; i < sealed.n; i++) {
		char *p = arena_copy(a, sealed.p, sealed.n);
		struct text got;

		p[i] = p[i] == 'A' ? 'E' : 'A';
		got = sign_check(&r, "flash", (struct text){ p, sealed.n });
		if (got.p &&
		    !text_eq(got, TEXT("hello"))) /* bits behind the last byte do not count */
			fail_msg("forged at %zu: %.*s", i, TEXT_F(got));
	}
}

/* ---- what a form holds */

static void fields(void **state)
{
	static struct query_pair pairs[] = {
		{ TEXT_INIT("a"), TEXT_INIT("  one ") },
		{ TEXT_INIT("b"), TEXT_INIT("x\r\ny\rz\n") },
		{ TEXT_INIT("a"), TEXT_INIT("two") },
		{ TEXT_INIT("empty"), TEXT_INIT("") },
	};
	struct req r = { .arena = check_arena(state), .form = pairs, .nform = ARRAY_SIZE(pairs) };
	struct texts all = req_form_list(&r, "a");

	check_text_of("first", req_form(&r, "a"), "one");
	check_text_of("none", req_form(&r, "c"), NULL);
	check_text_of("empty", req_form(&r, "empty"), "");
	check_text_of("lines", req_form_lines(&r, "b"), "x\ny\nz\n");
	assert_int_equal(all.n, 2);
	check_text_of("second", all.v[1], "two");
	assert_true(req_form_has(&r, "empty") && !req_form_has(&r, "c"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips),
		cmocka_unit_test(forgeries),
		cmocka_unit_test(fields),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
