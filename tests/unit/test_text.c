/* app/base/text.c, buf.c, jw.c, arena.c, hash.c, time.c, bits.c: what everything else stands on. */
#include "app/base/arena.h"
#include "app/base/bits.h"
#include "app/base/hash.h"
#include "app/base/ids.h"
#include "app/base/jw.h"
#include "app/base/text.h"
#include "app/base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void check_text(struct text got, struct text want)
{
	if (!text_eq(got, want))
		fail_msg("got \"%.*s\", want \"%.*s\"", TEXT_F(got), TEXT_F(want));
}

/* As printf has it, but a NUL inside a text does not end it. */
static void formats(void **state)
{
	struct arena *a = arena_new(0);
	struct text t = { "a\0b", 3 };

	(void)state;
	check_text(text_fmt(a, "<%.*s>%d%%", TEXT_F(t), -5), (struct text){ "<a\0b>-5%", 8 });
	check_text(text_fmt(a, "%s|%.3s|%.2s|%.*s|", "whole", "precise", "x", TEXT_F(TEXT_NONE)),
		   TEXT("whole|pre|x||"));
	check_text(text_fmt(a, "%c%04d%02x%X%u", 'c', 42, 10U, 255U, 7U), TEXT("c00420aFF7"));
	check_text(text_fmt(a, "%zu %lu %ld %llu %lld %llx", (size_t)1, 2UL, -3L, 4ULL, -5LL, 6ULL),
		   TEXT("1 2 -3 4 -5 6"));
	check_text(text_fmt(a, "%.*g %.15g %.1f", 3, 1.0 / 3, 0.1, 2.0), TEXT("0.333 0.1 2.0"));
	check_text(text_fmt(a, "%.1f", 1e308).n > 300 ? TEXT("long") : TEXT("cut"), TEXT("long"));
	arena_free(a);
}

static void numbers(void **state)
{
	static const struct {
		const char *in;
		bool ok;
		uint64_t v;
	} t[] = {
		{ "0", true, 0 },
		{ "007", true, 7 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ "1 ", false, 0 },
	};
	int64_t i;

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(t); k++) {
		uint64_t v = 0;

		assert_int_equal(text_u64(text_from(t[k].in), 0, UINT64_MAX, &v), t[k].ok);
		assert_true(v == t[k].v);
	}
	assert_true(text_i64(TEXT("-9223372036854775808"), INT64_MIN, INT64_MAX, &i));
	assert_true(i == INT64_MIN);
	assert_false(text_i64(TEXT("9223372036854775808"), INT64_MIN, INT64_MAX, &i));
	assert_false(text_i64(TEXT("5"), 6, 9, &i));
}

static void utf8(void **state)
{
	static const struct {
		struct text in, lossy;
	} t[] = {
		{ TEXT_INIT("caf\xc3\xa9"), TEXT_INIT("caf\xc3\xa9") },
		{ TEXT_INIT("\xed\xa0\x80"),
		  TEXT_INIT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") }, /* a surrogate */
		{ TEXT_INIT("\xc0\x80"),
		  TEXT_INIT("\xef\xbf\xbd\xef\xbf\xbd") },            /* over-long NUL */
		{ TEXT_INIT("\xe2\x82"), TEXT_INIT("\xef\xbf\xbd") }, /* cut off */
		{ TEXT_INIT("a\xf0\x9f\x92z"), TEXT_INIT("a\xef\xbf\xbdz") },
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(t); k++)
		check_text(text_lossy(a, t[k].in), t[k].lossy);
	arena_free(a);
}

/* Every byte at every place of the eight that are looked at together, alone and beside its neighbours. */
static void json_escapes_anywhere(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		for (size_t at = 0; at < 19; at++) {
			struct arena *a = arena_new(0);
			struct buf b = buf_init(a, 4096), want = buf_init(a, 4096);
			struct jw j = jw_init(&b);
			char t[19];

			memset(t, at % 2 ? ' ' : 0x80, sizeof(t));
			t[at] = (char)c;
			jw_array(&j, NULL);
			jw_text(&j, NULL, (struct text){ t, sizeof(t) });
			jw_joined(&j, NULL, (struct text){ t, at }, TEXT_NONE,
				  (struct text){ t + at, sizeof(t) - at });
			jw_end(&j);
			buf_byte(&want, '"');
			buf_add(&want, (struct text){ t, at });
			if (c == '"' || c == '\\')
				buf_fmt(&want, "\\%c", (int)c);
			else if (c >= '\b' && c <= '\r' && c != '\v')
				buf_fmt(&want, "\\%c", "btn.fr"[c - '\b']);
			else if (c < 0x20)
				buf_fmt(&want, "\\u%04x", c);
			else
				buf_byte(&want, (char)c);
			buf_add(&want, (struct text){ t + at + 1, sizeof(t) - at - 1 });
			buf_byte(&want, '"');
			check_text(buf_text(&b), text_fmt(a, "[%.*s,%.*s]", TEXT_F(buf_text(&want)),
							  TEXT_F(buf_text(&want))));
			arena_free(a);
		}
	}
}

static void json_order_and_escapes(void **state)
{
	struct arena *a = arena_new(0);
	struct buf b = buf_init(a, 4096);
	struct jw j = jw_init(&b);

	(void)state;
	jw_object(&j, NULL);
	jw_text(&j, "z", TEXT("a\"\\\n\x01\xc3\xa9/"));
	jw_array(&j, "list");
	jw_u64(&j, NULL, 1);
	jw_null(&j, NULL);
	jw_object(&j, NULL);
	jw_end(&j);
	jw_end(&j);
	jw_text_or_null(&j, "n", TEXT_NONE);
	jw_time(&j, "t", 1483712591250000);
	jw_end(&j);
	assert_true(jw_done(&j));
	check_text(buf_text(&b),
		   TEXT("{\"z\":\"a\\\"\\\\\\n\\u0001\xc3\xa9/\",\"list\":[1,null,{}],\"n\":null,"
			"\"t\":\"2017-01-06T14:23:11.250Z\"}"));
	arena_free(a);
}

/* Room is taken in larger pieces than some caps. */
static void buf_fmt_keeps_the_cap(void **state)
{
	struct arena *a = arena_new(0);
	struct buf b = buf_init(a, 8);

	(void)state;
	buf_byte(&b, 'x');
	buf_fmt(&b, "%s", "too long for eight");
	assert_false(buf_ok(&b));
	check_text(buf_text(&b), TEXT("x"));
	arena_free(a);
}

static void buf_overflow_is_sticky(void **state)
{
	struct arena *a = arena_new(0);
	struct buf b = buf_init(a, 4);

	(void)state;
	buf_add(&b, TEXT("abc"));
	buf_add(&b, TEXT("de"));
	buf_add(&b, TEXT("f"));
	assert_false(buf_ok(&b));
	check_text(buf_text(&b), TEXT("abc"));
	arena_free(a);
}

/* What is stored can be more than a request's memory: that is an overflow, and there is room left to say so. */
static void buf_that_fills_an_arena(void **state)
{
	struct arena *a = arena_new(1024 * 1024);
	struct buf b = buf_init(a, SIZE_MAX / 2);
	struct text t;

	(void)state;
	assert_true(arena_has_room(a, 900 * 1024));
	assert_false(arena_has_room(a, 1024 * 1024));
	while (buf_ok(&b))
		buf_add(&b, TEXT("0123456789abcdef"));
	assert_non_null(buf_done(&b, &t));
	assert_false(arena_has_room(a, SIZE_MAX));
	arena_free(a);
	a = arena_new(1024);
	assert_false(arena_has_room(a, 0));
	arena_free(a);
}

/* Small and large, alone in a piece of memory or with others: what was in it is still there, and so are its neighbours. */
static void grown_pieces(void **state)
{
	struct arena *a = arena_new(0);
	unsigned char *p = arena_bytes(a, 1), *other = NULL;
	size_t had = 1;

	(void)state;
	p[0] = 1;
	for (size_t n = 2; n <= 4 * 1024 * 1024; n *= 2) {
		unsigned char *before = other;

		p = arena_grow(a, p, had, n);
		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < had; i++)
			assert_int_equal(p[i], (unsigned char)(i + 1));
		for (size_t i = had; i < n; i++)
			p[i] = (unsigned char)(i + 1);
		assert_true(!before || before[99] == 'x');
		if (n % 3 == 1) { /* every other time something comes between */
			other = arena_bytes(a, 100);
			memset(other, 'x', 100);
		}
		had = n;
	}
	assert_true(arena_used(a) >= had);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	arena_free(a);
	a = arena_new(1024 * 1024); /* growing in place is paid for once */
	p = arena_bytes(a, 100 * 1024);
	p = arena_grow(a, p, 100 * 1024, 800 * 1024);
	assert_true(arena_used(a) <= 801 * 1024);
	arena_free(a);
}

static char deferred_seen[8];

static void see(void *p)
{
	size_t n = text_from(deferred_seen).n;

	deferred_seen[n] = *(const char *)p;
}

static void deferred_run_last_first(void **state)
{
	static char names[] = "abc";
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < 3; i++)
		arena_defer(a, see, &names[i]);
	for (size_t i = 0; i < 100000; i += 1000)
		(void)arena_alloc(a, i);
	assert_true(arena_used(a) > 4000000);
	arena_reset(a);
	check_text(text_from(deferred_seen), TEXT("cba"));
	assert_int_equal(arena_used(a), 0);
	arena_free(a);
}

static void times(void **state)
{
	static const struct {
		const char *in;
		bool ok;
		const char *out;
	} t[] = {
		{ "2017-01-06T14:23:11Z", true, "2017-01-06T14:23:11Z" },
		{ "2017-01-06T14:23:11.000042+02:00", true, "2017-01-06T12:23:11.000042Z" },
		{ "2024-02-29T00:00:00Z", true, "2024-02-29T00:00:00Z" },
		{ "2023-02-29T00:00:00Z", false, NULL },
		{ "2023-02-28T24:00:00Z", false, NULL },
		{ "2023-02-28", false, NULL },
	};
	int64_t us, http;

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(t); k++) {
		assert_int_equal(time_parse_rfc3339(text_from(t[k].in), &us), t[k].ok);
		if (t[k].ok)
			check_text(text_from(time_rfc3339(us).s), text_from(t[k].out));
	}
	assert_true(time_parse_http(TEXT("Sun, 06 Nov 1994 08:49:37 GMT"), &http));
	check_text(text_from(time_http(http).s), TEXT("Sun, 06 Nov 1994 08:49:37 GMT"));
	check_text(text_from(time_rfc2822(http).s), TEXT("Sun, 6 Nov 1994 08:49:37 +0000"));
	assert_true(time_parse_http(TEXT("Sunday, 06-Nov-94 08:49:37 GMT"), &us) && us == http);
	assert_true(time_parse_http(TEXT("Sun Nov  6 08:49:37 1994"), &us) && us == http);
	assert_false(time_parse_http(TEXT("Sun, 06 Nov 1994 08:49:37"), &us));
}

/* One moment in a week from the year 1000 to 9999, against the C library; beyond it, what it should be. */
static void times_as_gmtime(void **state)
{
	(void)state;
	for (int64_t s = -30610224000; s < 253402300800; s += 86399 * 7 + 13) {
		char want[64];
		time_t at = (time_t)s;
		struct tm tm;

		assert_non_null(gmtime_r(&at, &tm));
		assert_true(strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ", &tm));
		check_text(text_from(time_rfc3339(s * US_PER_S).s), text_from(want));
		assert_true(strftime(want, sizeof(want), "%a, %d %b %Y %H:%M:%S GMT", &tm));
		check_text(text_from(time_http(s * US_PER_S).s), text_from(want));
	}
	check_text(text_from(time_rfc3339(-1).s), TEXT("1969-12-31T23:59:59.999999Z"));
	check_text(text_from(time_date(-62167219200 * US_PER_S).s), TEXT("0000-01-01"));
	check_text(text_from(time_date(-62167219201 * US_PER_S).s), TEXT("-0001-12-31"));
	check_text(text_from(time_date(253402300800 * US_PER_S).s), TEXT("010000-01-01"));
}

static void hashes(void **state)
{
	struct sha256 s = sha256_of(TEXT("abc")), again;

	(void)state;
	assert_true(sha256_parse(
		TEXT("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), &again));
	assert_true(sha256_eq(&s, &again));
	assert_true(secret_eq(TEXT("a"), TEXT("a")));
	assert_false(secret_eq(TEXT_NONE, TEXT_NONE));
}

static void bits_of_numbers(void **state)
{
	struct arena *a = arena_new(0);
	struct bits none = { 0 }, b = bits_new(a, 17);

	(void)state;
	assert_false(bits_has(&none, 0));
	for (uint64_t i = 0; i < 17; i += 8)
		bits_put(&b, i);
	for (uint64_t i = 0; i < 40; i++)
		assert_int_equal(bits_has(&b, i), i <= 16 && i % 8 == 0);
	assert_false(bits_has(&b, UINT64_MAX));
	arena_free(a);
}

static void ids_in_lists(void **state)
{
	struct named {
		char letter;
		uint64_t id;
	} v[] = { { 'a', 2 }, { 'b', 2 }, { 'c', 5 }, { 'd', UINT64_MAX } };
	static const struct {
		uint64_t id;
		size_t want;
	} t[] = { { 0, 0 }, { 2, 0 }, { 3, 2 }, { 5, 2 }, { 6, 3 }, { UINT64_MAX, 3 } };
	uint64_t ids[] = { 7, 1, 7, UINT64_MAX, 0, 1, 7 }, sorted[] = { 1, 2, 3 };

	(void)state;
	assert_int_equal(ids_sort_once(ids, ARRAY_SIZE(ids)), 4);
	assert_true(ids[0] == 0 && ids[1] == 1 && ids[2] == 7 && ids[3] == UINT64_MAX);
	assert_int_equal(ids_sort_once(sorted, 3), 3);
	assert_int_equal(ids_sort_once(sorted, 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		assert_int_equal(ids_first(v, ARRAY_SIZE(v), sizeof(v[0]),
					   offsetof(struct named, id), t[i].id),
				 t[i].want);
	assert_int_equal(ids_first(v, 3, sizeof(v[0]), offsetof(struct named, id), 9), 3);
	assert_int_equal(ids_first(NULL, 0, 8, 0, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_in_lists),
		cmocka_unit_test(formats),
		cmocka_unit_test(numbers),
		cmocka_unit_test(utf8),
		cmocka_unit_test(json_order_and_escapes),
		cmocka_unit_test(json_escapes_anywhere),
		cmocka_unit_test(buf_overflow_is_sticky),
		cmocka_unit_test(buf_that_fills_an_arena),
		cmocka_unit_test(grown_pieces),
		cmocka_unit_test(buf_fmt_keeps_the_cap),
		cmocka_unit_test(deferred_run_last_first),
		cmocka_unit_test(times),
		cmocka_unit_test(times_as_gmtime),
		cmocka_unit_test(hashes),
		cmocka_unit_test(bits_of_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
