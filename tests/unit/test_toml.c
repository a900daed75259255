/* app/base/toml.c beyond what the toml-test suite asks: places, error texts, limits, and that time
 * stays linear. */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/time.h"
#include "app/base/toml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct toml *parse_ok(struct arena *a, struct text in)
{
	struct toml_error e = { .why = "" };
	struct toml *t = toml_parse(a, in, &e);

	if (!t)
		fail_msg("line %u column %u: %s", e.line, e.column, e.why);
	return t;
}

static void errors(void **state)
{
	static const struct {
		const char *in;
		unsigned line, column;
		const char *why;
	} t[] = {
		{ "a = 1\nb = x\n", 2, 5, "unknown value: strings need quotes" },
		{ "a = 1\na = 2\n", 2, 1, "duplicate key" },
		{ "a.b = 1\n[a]\n", 2, 2, "duplicate key" },
		{ "[a]\n[b]\n[a]\n", 3, 2, "duplicate key" },
		{ "[a.b.c]\n[a]\nb.d = 1\n", 3, 1,
		  "a dotted key cannot add to a table that is complete" },
		{ "[[a]]\n[a]\n", 2, 2, "duplicate key" },
		{ "a = []\n[[a]]\n", 2, 3, "duplicate key" },
		{ "a = {b = 1}\na.c = 2\n", 2, 1,
		  "a dotted key cannot add to a table that is complete" },
		{ "a = {b = 1}\n[a.c]\n", 2, 2,
		  "the header goes through a value that is complete" },
		{ "a = 1 b = 2", 1, 7, "expected the end of the line" },
		{ "\"\xc3\xa9\xe2\x82\xac\" = !", 1, 8, "expected a value" },
		{ "a = \"\n", 1, 5, "the string is not closed on its line" },
		{ "a = \"\"\"\nx\n", 1, 5, "the multi-line string is not closed" },
		{ "a = \"\\q\"", 1, 6, "unknown escape in a string" },
		{ "a = \"\\ud800\"", 1, 6, "the escape is no unicode scalar value" },
		{ "a = \"\"\"x\\\r\r\n\"\"\"", 1, 9, "unknown escape in a string" },
		{ "a = 9223372036854775808", 1, 5, "the number does not fit into 64 bits" },
		{ "a = 1e999", 1, 5, "the number is too large for a float" },
		{ "a = 2023-02-29", 1, 5, "invalid date or time" },
		{ "a = 1979-05-27 25:00:00", 1, 5, "invalid date or time" },
		{ "a = {b = 1,}", 1, 12, "an inline table has no comma at its end" },
		{ "a = {b = 1\n}", 1, 11, "expected `,` or `}` in an inline table" },
		{ "a = [1 2]", 1, 8, "expected `,` or `]` in an array" },
		{ "[a", 1, 3, "expected `.` or `]`" },
		{ "[[a]", 1, 4, "expected `.` or `]]`" },
		{ "[ [a]]", 1, 3, "expected a key" },
		{ "[[[", 1, 3, "expected a key" },
		{ "a", 1, 2, "expected `.` or `=` behind a key" },
		{ "= 1", 1, 1, "expected a key" },
		{ "\"\"\"a\"\"\" = 1", 1, 1, "a key cannot be a multi-line string" },
		{ "a = 1 # \x01", 1, 9, "invalid control character in a comment" },
		{ "a = 1\r", 1, 6, "expected the end of the line" },
		{ "a = '\xff'", 1, 6, "the document is not valid UTF-8" },
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct toml_error e;

		if (toml_parse(a, text_from(t[i].in), &e))
			fail_msg("accepted: %s", t[i].in);
		if (e.line != t[i].line || e.column != t[i].column ||
		    !text_eq(text_from(e.why), text_from(t[i].why)))
			fail_msg("%s: line %u column %u: %s", t[i].in, e.line, e.column, e.why);
	}
	arena_free(a);
}

/* Texts as the `toml` crate lays them out. */
static void error_texts(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "name = foo\n",
		  "TOML parse error at line 1, column 8\n  |\n1 | name = foo\n  |        ^^^\n"
		  "unknown value: strings need quotes\n" },
		{ "\n\n\n\n\n\n\n\n\n[a\nb",
		  "TOML parse error at line 10, column 3\n   |\n10 | [a\n   |   ^\n"
		  "expected `.` or `]`\n" },
		{ "a = ", "TOML parse error at line 1, column 5\n  |\n1 | a = \n  |     "
			  "^\nexpected a value\n" },
		{ "a = '\xff'",
		  "TOML parse error at line 1, column 6\n  |\n1 | a = '\xef\xbf\xbd'\n  |      ^\n"
		  "the document is not valid UTF-8\n" },
	};
	struct arena *a = arena_new(0);
	struct toml_error e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text got;

		assert_null(toml_parse(a, text_from(t[i].in), &e));
		got = toml_error_text(a, text_from(t[i].in), &e);
		if (!text_eq(got, text_from(t[i].out)))
			fail_msg("got\n%.*s\nwant\n%s", TEXT_F(got), t[i].out);
	}
	arena_free(a);
}

static void places(void **state)
{
	struct arena *a = arena_new(0);
	struct text in = TEXT("\xef\xbb\xbf[package]\nname = \"\xc3\xa9\" # x\nlist = [1, {b = "
			      "2}]\n [[x.y]]\nz.k = 1\n");
	const struct toml *t = parse_ok(a, in), *p = toml_get(t, TEXT("package")), *v;
	struct toml_error e = { .why = "missing field `name`" };

	(void)state;
	assert_int_equal(p->line, 1);
	assert_int_equal(p->column, 1);
	assert_int_equal(p->width, 9);
	v = toml_get(p, TEXT("name"));
	assert_true(v->line == 2 && v->column == 8 && v->width == 4);
	v = toml_get(p, TEXT("list"));
	assert_true(v->line == 3 && v->column == 8 && v->width == 12 && v->n == 2);
	v = toml_get(v->first->next, TEXT("b"));
	assert_true(v->line == 3 && v->column == 17 && v->v.integer == 2);
	v = toml_get(toml_get(t, TEXT("x")), TEXT("y"));
	assert_true(v->type == TOML_ARRAY && v->n == 1);
	assert_true(v->first->line == 4 && v->first->column == 2 && v->first->width == 7);
	v = toml_get(v->first, TEXT("z"));
	assert_true(v->line == 5 && v->column == 1 && v->width == 1);
	assert_null(toml_get(v, TEXT("nothing")));
	assert_null(toml_get(NULL, TEXT("k")));
	assert_null(toml_get(toml_get(v, TEXT("k")), TEXT("k")));

	e.line = p->line;
	e.column = p->column;
	e.width = p->width;
	assert_true(text_eq(
		toml_error_text(a, TEXT("[package]\n"), &e),
		TEXT("TOML parse error at line 1, column 1\n  |\n1 | [package]\n  | ^^^^^^^^^\n"
		     "missing field `name`\n")));
	arena_free(a);
}

static struct text repeated(struct arena *a, struct text before, struct text part, size_t count,
			    struct text after)
{
	struct buf b = buf_init(a, (size_t)4 * 1024 * 1024);

	buf_add(&b, before);
	for (size_t i = 0; i < count; i++)
		buf_add(&b, part);
	buf_add(&b, after);
	assert_true(buf_ok(&b));
	return buf_text(&b);
}

static void depth(void **state)
{
	static const struct {
		struct text before, part, after;
		size_t most;
	} t[] = {
		{ TEXT_INIT("a = "), TEXT_INIT("["), TEXT_INIT(""), 64 },
		{ TEXT_INIT("a = "), TEXT_INIT("{a = "), TEXT_INIT(""), 64 },
		{ TEXT_INIT(""), TEXT_INIT("a."), TEXT_INIT("a = 1"), 64 },
		{ TEXT_INIT("["), TEXT_INIT("a."), TEXT_INIT("a]"), 63 },
		{ TEXT_INIT("[["), TEXT_INIT("a."), TEXT_INIT("a]]"), 62 },
		{ TEXT_INIT(""), TEXT_INIT("[[a]]\n[a.b]\n[a.b.c]\n"), TEXT_INIT(""),
		  100 }, /* wide, not deep */
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct toml_error e = { .why = "" };
		struct text in = repeated(a, t[i].before, t[i].part, t[i].most, t[i].after);
		bool deep;

		(void)toml_parse(a, in, &e);
		if (text_eq(text_from(e.why), TEXT("tables and arrays are nested too deep")))
			fail_msg("case %zu: %zu levels are too deep", i, t[i].most);
		if (t[i].most == 100)
			continue;
		in = repeated(a, t[i].before, t[i].part, t[i].most + 1, t[i].after);
		assert_null(toml_parse(a, in, &e));
		deep = text_eq(text_from(e.why), TEXT("tables and arrays are nested too deep"));
		if (!deep)
			fail_msg("case %zu: %zu levels: %s", i, t[i].most + 1, e.why);
		assert_null(
			toml_parse(a, repeated(a, t[i].before, t[i].part, 100000, t[i].after), &e));
	}
	arena_free(a);
}

/* Each would take minutes if any step looked at what came before it. */
static void hostile_input_is_linear(void **state)
{
	static const struct {
		struct text before, part, after;
		bool ok;
	} t[] = {
		{ TEXT_INIT("a=["), TEXT_INIT("1,"), TEXT_INIT("]"), true },
		{ TEXT_INIT("a=["), TEXT_INIT("{},"), TEXT_INIT("]"), true },
		{ TEXT_INIT("a=["), TEXT_INIT("{b.c=1},"), TEXT_INIT("]"), true },
		{ TEXT_INIT("a=["), TEXT_INIT("'',"), TEXT_INIT("]"), true },
		{ TEXT_INIT("a=["), TEXT_INIT("\"\\t\","), TEXT_INIT("]"), true },
		{ TEXT_INIT(""), TEXT_INIT("[[a]]\n"), TEXT_INIT(""), true },
		{ TEXT_INIT(""), TEXT_INIT("[[a.b.c]]\n"), TEXT_INIT("[a]\nb.d = 1"), false },
		{ TEXT_INIT("a=1"), TEXT_INIT("1"), TEXT_INIT(".0"), false },
		{ TEXT_INIT("a=\"\"\""), TEXT_INIT("\\\n"), TEXT_INIT("\"\"\""), true },
		{ TEXT_INIT("a=\"\"\""), TEXT_INIT("\"\"x"), TEXT_INIT("\"\"\""), true },
		{ TEXT_INIT("a=["), TEXT_INIT("#\n"), TEXT_INIT("]"), true },
		{ TEXT_INIT("a=1\n"), TEXT_INIT(" "), TEXT_INIT("a=1"), false },
	};
	struct arena *a = arena_new(0);
	int64_t start = time_monotonic_us();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		size_t count = (TOML_MAX_BYTES - t[i].before.n - t[i].after.n) / t[i].part.n;
		struct toml_error e = { .why = "" };
		struct text in = repeated(a, t[i].before, t[i].part, count, t[i].after);

		if (!!toml_parse(a, in, &e) != t[i].ok)
			fail_msg("case %zu: %u:%u %s", i, e.line, e.column, e.why);
		if (!t[i].ok)
			assert_true(toml_error_text(a, in, &e).n < (size_t)64 * 1024);
		assert_true(arena_used(a) < (size_t)200 * 1024 * 1024);
		arena_reset(a);
	}
	if (time_monotonic_us() - start > (int64_t)20 * US_PER_S)
		fail_msg("took %lld ms", (long long)(time_monotonic_us() - start) / US_PER_MS);
	arena_free(a);
}

static void many_keys(void **state)
{
	struct arena *a = arena_new(0);
	struct buf b = buf_init(a, (size_t)2 * 1024 * 1024);
	const struct toml *t;
	struct toml_error e;
	char key[16];

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		buf_fmt(&b, "k%u=1\n", i);
	t = parse_ok(a, buf_text(&b));
	assert_int_equal(t->n, 100000);
	for (unsigned i = 0; i < 100000; i++) {
		(void)snprintf(key, sizeof(key), "k%u", i);
		assert_non_null(toml_get(t, text_from(key)));
	}
	assert_null(toml_get(t, TEXT("k100000")));
	buf_add(&b, TEXT("k99999=2"));
	assert_null(toml_parse(a, buf_text(&b), &e));
	assert_int_equal(e.line, 100001);
	arena_free(a);
}

static void sizes(void **state)
{
	struct arena *a = arena_new(0);
	struct toml_error e;

	(void)state;
	assert_int_equal(parse_ok(a, TEXT_NONE)->n, 0);
	assert_int_equal(parse_ok(a, TEXT(""))->n, 0);
	(void)parse_ok(a, repeated(a, TEXT("#"), TEXT(" "), TOML_MAX_BYTES - 1, TEXT("")));
	assert_null(toml_parse(a, repeated(a, TEXT("#"), TEXT(" "), TOML_MAX_BYTES, TEXT("")), &e));
	assert_true(text_eq(text_from(e.why), TEXT("the document is larger than 1 MiB")));
	arena_free(a);
}

/* The input may go, and a key of any kind of string is found by its content. */
static void texts_are_copies(void **state)
{
	char in[] = "\"a\\u0062\" = 'x\\'\n'' = \"\"\"\n\"\"q\"\"\"\"\"\nd = 1979-05-27 07:32:00z";
	struct arena *a = arena_new(0);
	const struct toml *t = parse_ok(a, text_from(in));

	(void)state;
	for (size_t i = 0; in[i]; i++)
		in[i] = '?';
	assert_true(text_eq(toml_get(t, TEXT("ab"))->v.string, TEXT("x\\")));
	assert_true(text_eq(toml_get(t, TEXT(""))->v.string, TEXT("\"\"q\"\"")));
	assert_true(text_eq(toml_get(t, TEXT("d"))->v.string, TEXT("1979-05-27 07:32:00z")));
	assert_int_equal(toml_get(t, TEXT("d"))->type, TOML_DATETIME);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors),    cmocka_unit_test(error_texts),
		cmocka_unit_test(places),    cmocka_unit_test(depth),
		cmocka_unit_test(many_keys), cmocka_unit_test(hostile_input_is_linear),
		cmocka_unit_test(sizes),     cmocka_unit_test(texts_are_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
