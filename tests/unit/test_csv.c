/* app/base/csv.c and pgvalue.c: the files of a database dump. */
#include "app/base/buf.h"
#include "app/base/csv.h"
#include "app/base/pgvalue.h"
#include "tests/unit/check.h"
#include "tests/unit/csv_bytes.h"

#include <string.h>

/* Records as "a|b;" with "-" for what is absent, and "!line:why;" for what is none. */
static struct text read_all(struct arena *a, struct text in, size_t at_once)
{
	struct csv_bytes s = { in, at_once };
	struct csv *c = csv_new((struct csv_source){ csv_bytes_give, &s }, 0, 1);
	struct text all = TEXT("");
	struct texts fields;
	enum csv_what what;

	while ((what = csv_next(c, &fields)) != CSV_END) {
		if (what == CSV_WRONG) {
			all = text_fmt(a, "%.*s!%u:%s;", TEXT_F(all), (unsigned)csv_began(c).line,
				       csv_why(c));
			continue;
		}
		assert_int_equal(what, CSV_RECORD);
		for (size_t i = 0; i < fields.n; i++)
			all = text_fmt(a, "%.*s%s%.*s", TEXT_F(all), i ? "|" : "",
				       TEXT_F(fields.v[i].p ? fields.v[i] : TEXT("-")));
		all = text_fmt(a, "%.*s;", TEXT_F(all));
	}
	assert_int_equal(csv_ahead(c).offset, in.n);
	csv_free(c);
	return all;
}

static void records(void **state)
{
	static const struct {
		const char *in, *want;
	} t[] = {
		{ "", "" },
		{ "a,b\n", "a|b;" },
		{ "a,b", "a|b;" },
		{ "a,b\r\nc,d\r\n", "a|b;c|d;" },
		{ ",\n", "-|-;" },
		{ "\"\",x\n", "|x;" },
		{ "\n", "-;" },
		{ "\"a,b\",\"say \"\"hi\"\"\"\n", "a,b|say \"hi\";" },
		{ "\"one\ntwo\r\n\",x\ny\n", "one\ntwo\r\n|x;y;" },
		{ "t,{a},\"{\"\"a b\"\",c}\"\n", "t|{a}|{\"a b\",c};" },
		{ "a\"b\nc\n", "!1:a quoted field that does not end;" },
		{ "a\"b\"\nc\n", "!1:a quote inside of an unquoted field;c;" },
		{ "x\n\"a\nb\"c,d\ne\n",
		  "x;!2:something between a closing quote and the comma;e;" },
		{ "a\rb\nc\n", "!1:a carriage return inside of an unquoted field;c;" },
		{ "a\n\"b", "a;!2:a quoted field that does not end;" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		for (size_t at_once = 1; at_once < 8; at_once += 3)
			check_text_of(t[i].in,
				      read_all(check_arena(state), text_from(t[i].in), at_once),
				      t[i].want);
}

static void limits(void **state)
{
	struct arena *a = check_arena(state);
	size_t n = CSV_RECORD_MAX + 10;
	char *p = arena_alloc(a, n);

	memset(p, ',', CSV_FIELDS_MAX);
	memcpy(p + CSV_FIELDS_MAX, "\nx\n", 3);
	check_text_of("fields", read_all(a, (struct text){ p, CSV_FIELDS_MAX + 3 }, 1000),
		      "!1:too many fields;x;");
	memset(p, 'a', n);
	memcpy(p + n - 3, "\ny\n", 3);
	check_text_of("long", read_all(a, (struct text){ p, n }, 1 << 20),
		      "!1:a record that is too long;y;");
}

/* A reader that begins where another one stopped. */
static void places(void **state)
{
	struct text in = TEXT("a\n\"b\nc\"\nd\n");
	struct csv_bytes s = { in, 3 };
	struct csv *c = csv_new((struct csv_source){ csv_bytes_give, &s }, 0, 1);
	struct csv_place ahead;
	struct texts fields;

	(void)state;
	assert_int_equal(csv_next(c, &fields), CSV_RECORD);
	assert_int_equal(csv_next(c, &fields), CSV_RECORD);
	assert_int_equal(csv_began(c).line, 2);
	ahead = csv_ahead(c);
	csv_free(c);
	assert_int_equal(ahead.line, 4);
	s.rest = text_sub(in, (size_t)ahead.offset, in.n);
	c = csv_new((struct csv_source){ csv_bytes_give, &s }, ahead.offset, ahead.line);
	assert_int_equal(csv_next(c, &fields), CSV_RECORD);
	check_text_of("d", fields.v[0], "d");
	assert_int_equal(csv_began(c).line, 4);
	csv_free(c);
}

static void times(void **state)
{
	static const struct {
		const char *in;
		bool ok;
		int64_t us;
	} t[] = {
		{ "1970-01-01 00:00:01+00", true, 1000000 },
		{ "1970-01-01 00:00:00.000123+00", true, 123 },
		{ "1970-01-01 01:00:00.5+01", true, 500000 },
		{ "1970-01-01 05:30:00+05:30", true, 0 },
		{ "1970-01-01T00:00:00+00", false, 0 },
		{ "1970-13-01 00:00:00+00", false, 0 },
		{ "1970-01-01", false, 0 },
		{ "infinity", false, 0 },
		{ "", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		int64_t us = 0;

		if (pg_time(text_from(t[i].in), &us) != t[i].ok || us != t[i].us)
			fail_msg("%s: %lld", t[i].in, (long long)us);
	}
	assert_true(pg_date(TEXT("2024-02-29")));
	assert_false(pg_date(TEXT("2023-02-29")));
	assert_false(pg_date(TEXT("2023-2-9")));
}

static void arrays(void **state)
{
	static const struct {
		const char *in, *want; /* NULL: none */
	} t[] = {
		{ "{}", "" },
		{ "{a}", "a;" },
		{ "{a,b}", "a;b;" },
		{ "{\"a,b\",\"c\\\"d\\\\\"}", "a,b;c\"d\\;" },
		{ "{NULL,\"NULL\"}", "-;NULL;" },
		{ "{\"\"}", ";" },
		{ "{a,}", NULL },
		{ "{,a}", NULL },
		{ "{{a}}", NULL },
		{ "{\"a}", NULL },
		{ "{a", NULL },
		{ "a}", NULL },
		{ "{a}b}", NULL },
		{ "{\"a\"b}", NULL },
		{ "", NULL },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text got = TEXT("");
		struct texts list;

		if (!pg_array(a, text_from(t[i].in), &list)) {
			check_text_of(t[i].in, TEXT_NONE, t[i].want);
			continue;
		}
		for (size_t k = 0; k < list.n; k++)
			got = text_fmt(a, "%.*s%.*s;", TEXT_F(got),
				       TEXT_F(list.v[k].p ? list.v[k] : TEXT("-")));
		check_text_of(t[i].in, got, t[i].want);
	}
}

static void others(void **state)
{
	struct sha256 sha;
	bool b;

	(void)state;
	assert_true(pg_bool(TEXT("t"), &b) && b);
	assert_true(pg_bool(TEXT("f"), &b) && !b);
	assert_false(pg_bool(TEXT("true"), &b));
	assert_false(pg_bool(TEXT_NONE, &b));
	assert_true(pg_sha256(
		TEXT("\\x00ff0000000000000000000000000000000000000000000000000000000000Aa"), &sha));
	assert_int_equal(sha.b[1], 255);
	assert_int_equal(sha.b[31], 0xaa);
	assert_false(pg_sha256(TEXT("\\x00"), &sha));
	assert_false(pg_sha256(
		TEXT("\\x00fg000000000000000000000000000000000000000000000000000000000000"), &sha));
}

/* As COPY writes them; what is read again is the same. */
static void written_fields(void **state)
{
	static const struct {
		struct text in;
		const char *want;
	} t[] = {
		{ TEXT_INIT("plain text; it's"), "plain text; it's" },
		{ { NULL, 0 }, "" },
		{ TEXT_INIT(""), "\"\"" },
		{ TEXT_INIT("a,b"), "\"a,b\"" },
		{ TEXT_INIT("\""), "\"\"\"\"" },
		{ TEXT_INIT("say \"a\"\"b"), "\"say \"\"a\"\"\"\"b\"" },
		{ TEXT_INIT("two\nlines"), "\"two\nlines\"" },
		{ TEXT_INIT("\r"), "\"\r\"" },
		{ TEXT_INIT("\\."), "\"\\.\"" },
		{ TEXT_INIT("\\.x \t\\"), "\\.x \t\\" },
		{ TEXT_INIT("\xc3\xa4"), "\xc3\xa4" },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct buf b = buf_init(a, 100);
		struct text line;

		csv_put(&b, t[i].in);
		check_text_of("field", buf_text(&b), t[i].want);
		buf_add(&b, TEXT(",x\n"));
		line = text_fmt(a, "%.*s|x;", TEXT_F(t[i].in.p ? t[i].in : TEXT("-")));
		check_text_of("again", read_all(a, buf_text(&b), 3), text_z(a, line));
	}
}

static void written_values(void **state)
{
	static const struct {
		int64_t us;
		const char *want;
	} times[] = {
		{ 1483712591123456, "2017-01-06 14:23:11.123456+00" },
		{ 1483712591120000, "2017-01-06 14:23:11.12+00" },
		{ 1483712591000010, "2017-01-06 14:23:11.00001+00" },
		{ 1483712590000000, "2017-01-06 14:23:10+00" },
		{ 0, "1970-01-01 00:00:00+00" },
		{ -1, "1969-12-31 23:59:59.999999+00" },
	};
	struct text elements[] = { TEXT_INIT("a"),       TEXT_INIT(""),      TEXT_INIT("null"),
				   TEXT_INIT("b c"),     TEXT_INIT("d,e"),   TEXT_INIT("{}"),
				   TEXT_INIT("\"\\\""),  TEXT_INIT("tab\t"), { NULL, 0 },
				   TEXT_INIT("\xc3\xa4") };
	struct arena *a = check_arena(state);
	struct buf b;
	struct texts list;
	int64_t us;

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		b = buf_init(a, 100);
		pg_put_time(&b, times[i].us);
		check_text_of("time", buf_text(&b), times[i].want);
		assert_true(pg_time(buf_text(&b), &us) && us == times[i].us);
	}
	b = buf_init(a, 100);
	pg_put_array(&b, (struct texts){ elements, ARRAY_SIZE(elements) });
	check_text_of("array", buf_text(&b),
		      "{a,\"\",\"null\",\"b "
		      "c\",\"d,e\",\"{}\",\"\\\"\\\\\\\"\",\"tab\t\",NULL,\xc3\xa4}");
	assert_true(pg_array(a, buf_text(&b), &list));
	assert_int_equal(list.n, ARRAY_SIZE(elements));
	for (size_t i = 0; i < list.n; i++)
		assert_true(text_eq(list.v[i], elements[i]) && !list.v[i].p == !elements[i].p);
	b = buf_init(a, 100);
	pg_put_array(&b, (struct texts){ NULL, 0 });
	pg_put_bool(&b, true);
	pg_put_bool(&b, false);
	pg_put_bytes(&b, "\x01\xff", 2);
	check_text_of("others", buf_text(&b), "{}tf\\x01ff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),        cmocka_unit_test(limits),
		cmocka_unit_test(places),         cmocka_unit_test(times),
		cmocka_unit_test(arrays),         cmocka_unit_test(others),
		cmocka_unit_test(written_fields), cmocka_unit_test(written_values),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
