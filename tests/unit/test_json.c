/*
 * app/base/json.c and json_read.c: what is refused, with which words and where. The expected texts
 * are those that serde_json 1.0 with serde_path_to_error 0.1 gave for the same inputs and structs.
 */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/json.h"
#include "tests/unit/json_shapes.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* 0: accepted; 400: no JSON; 422: not of the shape. */
static void words_and_places(void **state)
{
	static const struct {
		struct text in;
		int status;
		const char *why;
	} t[] = {
		{ TEXT_INIT(""), 400, "EOF while parsing a value at line 1 column 0" },
		{ TEXT_INIT(" \n "), 400, "EOF while parsing a value at line 2 column 1" },
		{ TEXT_INIT("{}"), 422, "missing field `name` at line 1 column 2" },
		{ TEXT_INIT("{\"name\":1}"), 422,
		  "name: invalid type: integer `1`, expected a string at line 1 column 9" },
		{ TEXT_INIT("{\"name\":\"a\"}"), 0, NULL },
		{ TEXT_INIT("{\"name\":\"a\"} x"), 400, "trailing characters at line 1 column 14" },
		{ TEXT_INIT("{\"name\":\"a\"}\n\t \r"), 0, NULL },
		{ TEXT_INIT("[]"), 422,
		  "invalid length 0, expected struct Outer with 7 elements at line 1 column 2" },
		{ TEXT_INIT("[\"a\"]"), 422,
		  "invalid length 1, expected struct Outer with 7 elements at line 1 column 5" },
		{ TEXT_INIT("[\"a\",null,null,null,null,null,null]"), 0, NULL },
		{ TEXT_INIT("[\"a\",null,null,null,null,null,null,1]"), 400,
		  "trailing characters at line 1 column 36" },
		{ TEXT_INIT("[\"a\",null,null,null,null,null,null,]"), 400,
		  "trailing comma at line 1 column 36" },
		{ TEXT_INIT("[\"a\",1,2"), 400, "EOF while parsing a list at line 1 column 8" },
		{ TEXT_INIT("1"), 422,
		  "invalid type: integer `1`, expected struct Outer at line 1 column 1" },
		{ TEXT_INIT("-5"), 422,
		  "invalid type: integer `-5`, expected struct Outer at line 1 column 2" },
		{ TEXT_INIT("1.5"), 422,
		  "invalid type: floating point `1.5`, expected struct Outer at line 1 column 3" },
		{ TEXT_INIT("\"x\\n\\u0001\\\"'\""), 422,
		  "invalid type: string \"x\\n\\u{1}\\\"'\", expected struct Outer at line 1 "
		  "column 14" },
		{ TEXT_INIT("null"), 422,
		  "invalid type: null, expected struct Outer at line 1 column 4" },
		{ TEXT_INIT("true"), 422,
		  "invalid type: boolean `true`, expected struct Outer at line 1 column 4" },
		{ TEXT_INIT("nul"), 400, "EOF while parsing a value at line 1 column 3" },
		{ TEXT_INIT("nulx"), 400, "expected ident at line 1 column 4" },
		{ TEXT_INIT("tru"), 400, "EOF while parsing a value at line 1 column 3" },
		{ TEXT_INIT("{"), 400, "?: EOF while parsing an object at line 1 column 1" },
		{ TEXT_INIT("{\""), 400, "?: EOF while parsing a string at line 1 column 2" },
		{ TEXT_INIT("{\"name"), 400, "?: EOF while parsing a string at line 1 column 6" },
		{ TEXT_INIT("{\"name\""), 400, "EOF while parsing an object at line 1 column 7" },
		{ TEXT_INIT("{\"name\":"), 400,
		  "name: EOF while parsing a value at line 1 column 8" },
		{ TEXT_INIT("{\"name\":\"a\""), 400,
		  "?: EOF while parsing an object at line 1 column 11" },
		{ TEXT_INIT("{\"name\":\"a\","), 400,
		  "?: EOF while parsing a value at line 1 column 12" },
		{ TEXT_INIT("{\"name\":\"a\",}"), 400, "?: trailing comma at line 1 column 13" },
		{ TEXT_INIT("{\"name\":\"a\" \"id\":1}"), 400,
		  "?: expected `,` or `}` at line 1 column 13" },
		{ TEXT_INIT("{\"name\" \"a\"}"), 400, "expected `:` at line 1 column 9" },
		{ TEXT_INIT("{name:\"a\"}"), 400, "?: key must be a string at line 1 column 2" },
		{ TEXT_INIT("{'name':'a'}"), 400, "?: key must be a string at line 1 column 2" },
		{ TEXT_INIT("{,}"), 400, "?: key must be a string at line 1 column 2" },
		{ TEXT_INIT("{\"name\":\"a\",\"name\":\"b\"}"), 422,
		  "duplicate field `name` at line 1 column 18" },
		{ TEXT_INIT("{\"name\":\"a\", \"name\" : \"b\"}"), 422,
		  "duplicate field `name` at line 1 column 20" },
		{ TEXT_INIT("{\"name\":null}"), 422,
		  "name: invalid type: null, expected a string at line 1 column 12" },
		{ TEXT_INIT("{\"name\":[\"a\"]}"), 422,
		  "name: invalid type: sequence, expected a string at line 1 column 8" },
		{ TEXT_INIT("{\"name\":{}}"), 422,
		  "name: invalid type: map, expected a string at line 1 column 8" },
		{ TEXT_INIT("{\"name\":true}"), 422,
		  "name: invalid type: boolean `true`, expected a string at line 1 column 12" },
		{ TEXT_INIT("{\"name\":-0}"), 422,
		  "name: invalid type: floating point `-0.0`, expected a string at line 1 column "
		  "10" },
		{ TEXT_INIT("{\"name\":1e5}"), 422,
		  "name: invalid type: floating point `100000.0`, expected a string at line 1 "
		  "column 11" },
		{ TEXT_INIT("{\"name\":12345678901234567890123}"), 422,
		  "name: invalid type: floating point `1.2345678901234568e+22`, expected a string "
		  "at line 1 column 31" },
		{ TEXT_INIT("{\"name\":0.1}"), 422,
		  "name: invalid type: floating point `0.1`, expected a string at line 1 column "
		  "11" },
		{ TEXT_INIT("{\"name\":\"a\",\"id\":null}"), 0, NULL },
		{ TEXT_INIT("{\"name\":\"a\",\"id\":2147483648}"), 422,
		  "id: invalid value: integer `2147483648`, expected i32 at line 1 column 27" },
		{ TEXT_INIT("{\"name\":\"a\",\"id\":-2147483649}"), 422,
		  "id: invalid value: integer `-2147483649`, expected i32 at line 1 column 28" },
		{ TEXT_INIT("{\"name\":\"a\",\"id\":1.0}"), 422,
		  "id: invalid type: floating point `1.0`, expected i32 at line 1 column 20" },
		{ TEXT_INIT("{\"name\":\"a\",\"id\":\"1\"}"), 422,
		  "id: invalid type: string \"1\", expected i32 at line 1 column 20" },
		{ TEXT_INIT("{\"name\":\"a\",\"id\":-0}"), 422,
		  "id: invalid type: floating point `-0.0`, expected i32 at line 1 column 19" },
		{ TEXT_INIT("{\"name\":\"a\",\"big\":9223372036854775808}"), 422,
		  "big: invalid value: integer `9223372036854775808`, expected i64 at line 1 "
		  "column 37" },
		{ TEXT_INIT("{\"name\":\"a\",\"big\":-9223372036854775808}"), 0, NULL },
		{ TEXT_INIT("{\"name\":\"a\",\"size\":-1}"), 422,
		  "size: invalid value: integer `-1`, expected u64 at line 1 column 21" },
		{ TEXT_INIT("{\"name\":\"a\",\"size\":18446744073709551615}"), 0, NULL },
		{ TEXT_INIT("{\"name\":\"a\",\"size\":18446744073709551616}"), 422,
		  "size: invalid type: floating point `1.8446744073709552e+19`, expected u64 at "
		  "line 1 column 39" },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":{}}"), 422,
		  "inner: missing field `name` at line 1 column 22" },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":null}"), 0, NULL },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":{\"name\":\"b\",\"scopes\":\"foo\"}}"), 422,
		  "inner.scopes: invalid type: string \"foo\", expected a sequence at line 1 "
		  "column 46" },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":{\"name\":\"b\",\"scopes\":[\"x\",1]}}"),
		  422,
		  "inner.scopes[1]: invalid type: integer `1`, expected a string at line 1 column "
		  "47" },
		{ TEXT_INIT(
			  "{\"name\":\"a\",\"inner\":{\"name\":\"b\",\"scopes\":[],\"users\":[]}}"),
		  422, "inner: duplicate field `scopes` at line 1 column 51" },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":[\"b\",[\"x\"],true]}"), 0, NULL },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":[\"b\",[\"x\"]]}"), 422,
		  "inner: invalid length 2, expected struct Inner with 3 elements at line 1 column "
		  "31" },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":[\"b\",[\"x\"],true,1]}"), 400,
		  "inner: trailing characters at line 1 column 37" },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":{\"name\":\"b\",\"yes\":0}}"), 422,
		  "inner.yes: invalid type: integer `0`, expected a boolean at line 1 column 39" },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":{\"name\":\"b\",\"yes\":\"true\"}}"), 422,
		  "inner.yes: invalid type: string \"true\", expected a boolean at line 1 column "
		  "44" },
		{ TEXT_INIT("{\"name\":\"a\",\"list\":[{\"name\":\"b\"},{\"name\":\"c\",\"scopes\":"
			    "[1]}]}"),
		  422,
		  "list[1].scopes[0]: invalid type: integer `1`, expected a string at line 1 "
		  "column 56" },
		{ TEXT_INIT("{\"name\":\"a\",\"list\":[{\"name\":\"b\"},{}]}"), 422,
		  "list[1]: missing field `name` at line 1 column 35" },
		{ TEXT_INIT("{\"name\":\"a\",\"list\":{}}"), 422,
		  "list: invalid type: map, expected a sequence at line 1 column 19" },
		{ TEXT_INIT("{\"name\":\"a\",\"list\":[1]}"), 422,
		  "list[0]: invalid type: integer `1`, expected struct Inner at line 1 column 21" },
		{ TEXT_INIT("{\"name\":\"a\",\"list\":[{\"name\":\"b\"},]}"), 400,
		  "list: trailing comma at line 1 column 34" },
		{ TEXT_INIT("{\"name\":\"a\",\"list\":[{\"name\":\"b\"} 1]}"), 400,
		  "list: expected `,` or `]` at line 1 column 34" },
		{ TEXT_INIT("{\"name\":\"a\",\"list\":["), 400,
		  "list: EOF while parsing a list at line 1 column 20" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":[1,{\"x\":nul}]}"), 400,
		  "other: expected ident at line 1 column 32" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":01}"), 400,
		  "other: invalid number at line 1 column 22" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":1.}"), 400,
		  "other: invalid number at line 1 column 23" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":1.x}"), 400,
		  "other: invalid number at line 1 column 23" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":1e}"), 400,
		  "other: invalid number at line 1 column 23" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":-}"), 400,
		  "other: invalid number at line 1 column 22" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":-x}"), 400,
		  "other: invalid number at line 1 column 22" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":+1}"), 400,
		  "other: expected value at line 1 column 21" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":.5}"), 400,
		  "other: expected value at line 1 column 21" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":NaN}"), 400,
		  "other: expected value at line 1 column 21" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":1e}x"), 400,
		  "other: invalid number at line 1 column 23" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":2."), 400,
		  "other: invalid number at line 1 column 22" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":2e"), 400,
		  "other: invalid number at line 1 column 22" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":2e+"), 400,
		  "other: invalid number at line 1 column 23" },
		{ TEXT_INIT("{\"name\":\"a\",\"other\":-"), 400,
		  "other: invalid number at line 1 column 21" },
		{ TEXT_INIT("{\"name\":\"a\",\"id\":1e999}"), 400,
		  "id: number out of range at line 1 column 22" },
		{ TEXT_INIT("{\"name\":\"\\x\"}"), 400,
		  "name: invalid escape at line 1 column 11" },
		{ TEXT_INIT("{\"name\":\"\\u12\"}"), 400,
		  "name: invalid escape at line 1 column 15" },
		{ TEXT_INIT("{\"name\":\"\\u12"), 400,
		  "name: EOF while parsing a string at line 1 column 13" },
		{ TEXT_INIT("{\"name\":\"\\u12zz\"}"), 400,
		  "name: invalid escape at line 1 column 15" },
		{ TEXT_INIT("{\"name\":\"\\ud800\"}"), 400,
		  "name: unexpected end of hex escape at line 1 column 16" },
		{ TEXT_INIT("{\"name\":\"\\udc00\"}"), 400,
		  "name: lone leading surrogate in hex escape at line 1 column 15" },
		{ TEXT_INIT("{\"name\":\"\\ud800\\u0041\"}"), 400,
		  "name: lone leading surrogate in hex escape at line 1 column 21" },
		{ TEXT_INIT("{\"name\":\"\\ud83d\\ude00\"}"), 0, NULL },
		{ TEXT_INIT("{\"name\":\"a\nb\"}"), 400,
		  "name: control character (\\u0000-\\u001F) found while parsing a string at line "
		  "2 column 0" },
		{ TEXT_INIT("{\"name\":\"a\\"), 400,
		  "name: EOF while parsing a string at line 1 column 11" },
		{ TEXT_INIT("{\"name\":\"\377\"}"), 400,
		  "name: invalid unicode code point at line 1 column 11" },
		{ TEXT_INIT("{\"name\":\"\\u0000\"}"), 0, NULL },
		{ TEXT_INIT("{\"name\":\"a\\\303\251\"}"), 400,
		  "name: invalid escape at line 1 column 12" },
		{ TEXT_INIT("{\n \"name\": 5\n}"), 422,
		  "name: invalid type: integer `5`, expected a string at line 2 column 10" },
		{ TEXT_INIT("{\n \"name\": \"a\",\n \"id\": [\n}"), 422,
		  "id: invalid type: sequence, expected i32 at line 3 column 7" },
		{ TEXT_INIT("/* c */{}"), 400, "expected value at line 1 column 1" },
		{ TEXT_INIT("{\"name\":\"a\"}{\"name\":\"b\"}"), 400,
		  "trailing characters at line 1 column 13" },
		{ TEXT_INIT("[[1]]"), 422,
		  "[0]: invalid type: sequence, expected a string at line 1 column 1" },
		{ TEXT_INIT("{\"name\":\"a\",\"any\":{\"a\":1,\"a\":[2,}}"), 400,
		  "any.a[1]: expected value at line 1 column 33" },
		{ TEXT_INIT("{\"name\":\"a\",\"any\":{\"x\\u0001\":\"\\u00e9\342\202\254\"}}"), 0,
		  NULL },
		{ TEXT_INIT("{\"name\":1,"), 422,
		  "name: invalid type: integer `1`, expected a string at line 1 column 9" },
		{ TEXT_INIT("{\"id\":1"), 400,
		  "?: EOF while parsing an object at line 1 column 7" },
		{ TEXT_INIT("[1,2"), 422,
		  "[0]: invalid type: integer `1`, expected a string at line 1 column 2" },
		{ TEXT_INIT("[\"a\",null"), 400, "EOF while parsing a list at line 1 column 9" },
		{ TEXT_INIT("[\"a\" 1]"), 400, "expected `,` or `]` at line 1 column 6" },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":{\"name\":\"b\"} x}"), 400,
		  "?: expected `,` or `}` at line 1 column 34" },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":tru}"), 400,
		  "inner: expected ident at line 1 column 24" },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":nope}"), 400,
		  "inner: expected ident at line 1 column 22" },
		{ TEXT_INIT("{\"name\":\"a\",\"inner\":1}"), 422,
		  "inner: invalid type: integer `1`, expected struct Inner at line 1 column 21" },
		{ TEXT_INIT("\357\273\277{}"), 400, "expected value at line 1 column 1" },
		{ TEXT_INIT("{\"name\":\"caf\303\251\",\"id\":\"x\"}"), 422,
		  "id: invalid type: string \"x\", expected i32 at line 1 column 24" },
		{ TEXT_INIT("{\"name\":\"\\u007f\\u001f\\t\\r\",\"id\":"
			    "\"\\u007f\\u001f\\t\\r\\u0000\"}"),
		  422,
		  "id: invalid type: string \"\\u{7f}\\u{1f}\\t\\r\\0\", expected i32 at line 1 "
		  "column 56" },
	};
	struct arena *a = arena_new(0);
	unsigned failed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct outer o = { .any = NULL };
		struct json_error e;
		bool ok = json_read(a, t[i].in, &outer_shape, &o, &e);
		int status = ok ? 0 : e.shape ? 422 : 400;
		struct text why = ok ? TEXT_NONE : json_error_text(a, &e);

		if (status == t[i].status && text_eq(why, text_from(t[i].why)))
			continue;
		failed++;
		print_error("%.*s\n\tgot  %d %.*s\n\twant %d %s\n", TEXT_F(t[i].in), status,
			    TEXT_F(why), t[i].status, t[i].why ? t[i].why : "");
	}
	assert_int_equal(failed, 0);
	arena_free(a);
}

static void values(void **state)
{
	struct arena *a = arena_new(0);
	struct outer o = { .any = NULL };
	struct json_list list = { .set = false };
	struct json_error e;
	const struct inner *items;

	(void)state;
	assert_true(json_read(
		a,
		TEXT("{\"any\":{\"k\":[1,\"x\"]},\"name\":\"a\\u00e9\\ud83d\\ude00\",\"id\":-7,"
		     "\"big\":-9223372036854775808,"
		     "\"size\":18446744073709551615,\"inner\":[\"b\",[\"x\",\"y\"],false],"
		     "\"list\":[{\"name\":\"c\",\"users\":[]},{\"name\":\"d\"}]}"),
		&outer_shape, &o, &e));
	assert_true(text_eq(o.name, TEXT("a\xc3\xa9\xf0\x9f\x98\x80")));
	assert_true(o.id.set && o.id.v == -7);
	assert_true(o.big.set && o.big.v == INT64_MIN);
	assert_true(o.size.set && o.size.v == UINT64_MAX);
	assert_true(text_eq(o.inner->name, TEXT("b")) && o.inner->yes.set && !o.inner->yes.v);
	assert_int_equal(o.inner->scopes.list.n, 2);
	assert_true(text_eq(o.inner->scopes.list.v[1], TEXT("y")));
	items = o.list.v;
	assert_true(o.list.set && o.list.n == 2);
	assert_true(items[0].scopes.set && items[0].scopes.list.n == 0 && !items[1].scopes.set);
	assert_true(text_eq(items[1].name, TEXT("d")));
	assert_true(text_eq(json_text(json_object_array_get_idx(json_member(o.any, "k"), 1)),
			    TEXT("x")));

	o = (struct outer){ .any = NULL };
	assert_true(json_read(
		a, TEXT("{\"name\":\"\",\"id\":null,\"inner\":null,\"list\":null,\"any\":null}"),
		&outer_shape, &o, &e));
	assert_true(o.name.p && !o.name.n && !o.id.set && !o.inner && !o.list.set && !o.any);

	assert_true(json_read_list(a, TEXT(" [ {\"name\":\"x\"} , [\"y\",null,null] ] "),
				   &inner_shape, &list, &e));
	items = list.v;
	assert_true(list.n == 2 && text_eq(items[1].name, TEXT("y")));
	assert_false(json_read_list(a, TEXT("{}"), &inner_shape, &list, &e));
	assert_true(
		text_eq(e.why, TEXT("invalid type: map, expected a sequence at line 1 column 0")));
	arena_free(a);
}

static void trees(void **state)
{
	static const struct {
		struct text in;
		const char *why;
	} t[] = {
		{ TEXT_INIT("{\"a\":[1,2.5,-3,\"x\\u0000y\",true,null]}"), NULL },
		{ TEXT_INIT(" null "), NULL },
		{ TEXT_INIT("12"), NULL },
		{ TEXT_INIT(""), "EOF while parsing a value at line 1 column 0" },
		{ TEXT_INIT("[1] x"), "trailing characters at line 1 column 5" },
		{ TEXT_INIT("[1,]"), "trailing comma at line 1 column 4" },
		{ TEXT_INIT("['a']"), "expected value at line 1 column 2" },
		{ TEXT_INIT("[Infinity]"), "expected value at line 1 column 2" },
		{ TEXT_INIT("{\"a\\u0000b\":1}"),
		  "a key holds a null character at line 1 column 11" },
		{ TEXT_INIT("[\"\xed\xa0\x80\"]"),
		  "invalid unicode code point at line 1 column 6" },
	};
	struct arena *a = arena_new(0);
	struct json_object *o, *list;
	struct text why;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		(void)json_parse(a, t[i].in, JSON_MAX_DEPTH, &why);
		if (!text_eq(why, text_from(t[i].why)))
			fail_msg("%.*s: %.*s", TEXT_F(t[i].in), TEXT_F(why));
	}
	o = json_parse(a, t[0].in, 2, &why);
	list = json_member(o, "a");
	assert_int_equal(json_object_array_length(list), 6);
	assert_true(text_eq(json_text(json_object_array_get_idx(list, 3)), TEXT("x\0y")));
	assert_null(json_text(json_object_array_get_idx(list, 0)).p);
	assert_null(json_member(list, "a"));
	assert_null(json_member(NULL, "a"));
	assert_null(json_parse(a, t[0].in, 1, &why));
	assert_true(text_eq(why, TEXT("recursion limit exceeded at line 1 column 6")));
	arena_free(a);
}

static struct text nested(struct arena *a, size_t levels, const char *open, const char *closing)
{
	struct buf b = buf_init(a, (size_t)1024 * 1024);

	for (size_t i = 0; i < levels; i++)
		buf_add(&b, text_from(open));
	for (size_t i = 0; i < levels; i++)
		buf_add(&b, text_from(closing));
	assert_true(buf_ok(&b));
	return buf_text(&b);
}

static void depth(void **state)
{
	struct arena *a = arena_new(0);
	struct outer o = { .any = NULL };
	struct json_error e;
	struct text why, deep = nested(a, 100000, "[", "]");

	(void)state;
	assert_non_null(json_parse(a, nested(a, JSON_MAX_DEPTH, "[", "]"), JSON_MAX_DEPTH, &why));
	assert_null(json_parse(a, nested(a, JSON_MAX_DEPTH + 1, "[", "]"), JSON_MAX_DEPTH, &why));
	assert_true(text_eq(why, TEXT("recursion limit exceeded at line 1 column 65")));
	assert_null(json_parse(a, nested(a, 70, "{\"a\":", "}"), JSON_MAX_DEPTH, &why));
	assert_null(json_parse(a, deep, JSON_MAX_DEPTH, &why));
	deep = text_fmt(a, "{\"other\":%.*s", TEXT_F(deep));
	assert_false(json_read(a, deep, &outer_shape, &o, &e));
	assert_true(text_eq(e.path, TEXT("other")) && !e.shape);
	arena_free(a);
}

struct moment {
	struct json_time at;
};

static const struct json_shape moment_shape = {
	.name = "Moment",
	.size = sizeof(struct moment),
	.fields = { JSON_FIELD(struct moment, at) },
};

static void times(void **state)
{
	static const struct {
		const char *in, *why; /* why NULL: accepted */
		bool set;
		int64_t us;
	} t[] = {
		{ "{}", NULL, false, 0 },
		{ "{\"at\":null}", NULL, false, 0 },
		{ "{\"at\":\"1970-01-01T00:00:01Z\"}", NULL, true, 1000000 },
		{ "{\"at\":\"1970-01-01T01:00:01.000002+01:00\"}", NULL, true, 1000002 },
		{ "{\"at\":\"1969-12-31T23:59:59Z\"}", NULL, true, -1000000 },
		{ "{\"at\":\"\"}", "at: premature end of input at line 1 column 8", 0, 0 },
		{ "{\"at\":\"2020-13\"}", "at: premature end of input at line 1 column 15", 0, 0 },
		{ "{\"at\":\"soon\"}", "at: input contains invalid characters at line 1 column 12",
		  0, 0 },
		{ "{\"at\":\"2020-13-01T00:00:00Z\"}",
		  "at: input is out of range at line 1 column 28", 0, 0 },
		{ "{\"at\":\"2020-01-01T00:00:00\\u0000\"}",
		  "at: input contains invalid characters at line 1 column 33", 0, 0 },
		{ "{\"at\":1}",
		  "at: invalid type: integer `1`, expected an RFC 3339 formatted date and time "
		  "string at line 1 column 7",
		  0, 0 },
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct moment m = { .at = { .set = false } };
		struct json_error e;
		bool ok = json_read(a, text_from(t[i].in), &moment_shape, &m, &e);

		if (ok != !t[i].why)
			fail_msg("%s: %s", t[i].in, ok ? "accepted" : "refused");
		if (ok) {
			assert_int_equal(m.at.set, t[i].set);
			assert_int_equal(m.at.us, t[i].us);
		} else if (!text_eq(json_error_text(a, &e), text_from(t[i].why))) {
			fail_msg("%s: %.*s", t[i].in, TEXT_F(json_error_text(a, &e)));
		}
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_places),
		cmocka_unit_test(values),
		cmocka_unit_test(trees),
		cmocka_unit_test(depth),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
