/* app/inspect/diff.c: changes, unified hunks, and the bound on what is hostile. */
#include "app/base/time.h"
#include "app/inspect/diff.h"
#include "tests/unit/check.h"

#include <string.h>

static const struct {
	const char *from, *to, *want;
} t[] = {
	{ "", "", "" },
	{ "a\n", "a\n", "" },
	{ "", "a\n", "@@ -0,0 +1 @@\n+a\n" },
	{ "a\n", "", "@@ -1 +0,0 @@\n-a\n" },
	{ "a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n" },
	{ "a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n" },
	{ "a\nb", "b", "@@ -1,2 +1 @@\n-a\n b\n\\ No newline at end of file\n" },
	/* two hunks where more than six lines lie between, one where there are six */
	{ "a\n1\n2\n3\n4\n5\n6\nb\n", "c\n1\n2\n3\n4\n5\n6\nd\n",
	  "@@ -1,8 +1,8 @@\n-a\n+c\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+d\n" },
	{ "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "c\n1\n2\n3\n4\n5\n6\n7\nd\n",
	  "@@ -1,4 +1,4 @@\n-a\n+c\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+d\n" },
	/* Myers' own example: five edits */
	{ "A\nB\nC\nA\nB\nB\nA\n", "C\nB\nA\nB\nA\nC\n",
	  "@@ -1,7 +1,6 @@\n-A\n-B\n C\n+B\n A\n B\n-B\n A\n+C\n" },
	{ "\r\n", "\n", "@@ -1 +1 @@\n-\r\n+\n" },
};

static void hunks(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct arena *a = check_arena(state);
		struct buf b = buf_init(a, 4096);
		uint64_t budget = DIFF_STEPS;
		struct diff d;

		assert_true(diff_texts(a, text_from(t[i].from), text_from(t[i].to), &budget, &d));
		assert_int_equal(diff_unified(&b, &d, &(struct diff_room){ 1000, 1 << 16 }), 0);
		check_text_of(t[i].from, b.n ? buf_text(&b) : TEXT(""), t[i].want);
		assert_false(d.rough);
	}
}

/* Lines that stay are the same on both sides, so what is shown is true. */
static void check_true(const struct diff *d)
{
	size_t i = 0, j = 0;
	uint64_t removed = 0, added = 0;

	for (size_t c = 0; c <= d->nchanges; c++) {
		size_t end = c < d->nchanges ? d->changes[c].a : d->a.n;

		for (; i < end; i++, j++)
			assert_true(j < d->b.n && text_eq(d->a.v[i], d->b.v[j]));
		if (c == d->nchanges)
			break;
		assert_int_equal(j, d->changes[c].b);
		i += d->changes[c].a_n;
		j += d->changes[c].b_n;
		removed += d->changes[c].a_n;
		added += d->changes[c].b_n;
	}
	assert_int_equal(i, d->a.n);
	assert_int_equal(j, d->b.n);
	assert_int_equal(removed, d->removed);
	assert_int_equal(added, d->added);
}

/* n lines, the i-th being (i * step) % modulus. */
static struct text series(struct arena *a, size_t n, size_t step, size_t modulus)
{
	struct buf b = buf_init(a, n * 12);

	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, "%zu\n", i * step % modulus);
	return buf_text(&b);
}

static void random_edits(void **state)
{
	uint32_t seed = 1;

	for (unsigned round = 0; round < 300; round++) {
		struct arena *a = check_arena(state);
		struct buf from = buf_init(a, 1 << 16), to = buf_init(a, 1 << 16);
		uint64_t budget = DIFF_STEPS;
		struct diff d;

		for (unsigned i = 0; i < round; i++) {
			seed = seed * 1664525 + 1013904223;
			if (seed >> 28 != 0)
				buf_fmt(&from, "%u\n", seed >> 26);
			if (seed << 4 >> 28 != 0)
				buf_fmt(&to, "%u\n", seed >> 26);
		}
		assert_true(diff_texts(a, buf_text(&from), buf_text(&to), &budget, &d));
		check_true(&d);
		assert_false(d.rough);
		arena_reset(a);
	}
}

static void hostile(void **state)
{
	struct arena *a = check_arena(state);
	const struct {
		struct text from, to;
	} pairs[] = {
		/* few different lines, none unique, everything in another order */
		{ series(a, 100000, 7, 13), series(a, 100000, 5, 13) },
		/* all unique, in the opposite order */
		{ series(a, 100000, 1, 100001), series(a, 100000, 100000, 100001) },
		/* nothing in common */
		{ series(a, 50000, 2, 1000000), series(a, 50000, 3, 1000001) },
		{ series(a, 200000, 1, 2), series(a, 200000, 1, 3) },
	};
	int64_t start = time_monotonic_us();

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		uint64_t budget = DIFF_STEPS;
		struct diff d;

		assert_true(diff_texts(a, pairs[i].from, pairs[i].to, &budget, &d));
		check_true(&d);
	}
	assert_true(time_monotonic_us() - start < (int64_t)120 * US_PER_S);
}

static void limits(void **state)
{
	struct arena *a = check_arena(state);
	struct text many = series(a, DIFF_MAX_LINES + 1, 1, 10);
	struct text long_line;
	struct buf b = buf_init(a, 1 << 16);
	uint64_t budget = DIFF_STEPS;
	struct diff d;

	assert_false(diff_texts(a, many, TEXT(""), &budget, &d));
	assert_false(diff_texts(a, TEXT(""), many, &budget, &d));
	assert_true(diff_texts(a, TEXT("a\n1\n2\n3\n4\n5\n6\n7\nb\n"),
			       TEXT("c\n1\n2\n3\n4\n5\n6\n7\nd\n"), &budget, &d));
	assert_int_equal(diff_unified(&b, &d, &(struct diff_room){ 13, 1 << 16 }), 1);
	check_text_of("the first hunk", buf_text(&b), "@@ -1,4 +1,4 @@\n-a\n+c\n 1\n 2\n 3\n");
	/* from within a hunk on */
	b = buf_init(a, 1 << 16);
	assert_true(diff_texts(a, TEXT(""), series(a, 100, 1, 1000), &budget, &d));
	assert_int_equal(diff_unified(&b, &d, &(struct diff_room){ 8, 1 << 16 }), 1);
	check_text_of("its beginning", buf_text(&b),
		      "@@ -0,0 +1,100 @@\n+0\n+1\n+2\n+3\n+4\n+5\n+6\n");
	b = buf_init(a, 1 << 16);
	for (size_t i = 0; i < DIFF_LINE_BYTES - 1; i++)
		buf_byte(&b, ' ');
	buf_add(&b, TEXT("\303\244x\n"));
	long_line = buf_text(&b);
	b = buf_init(a, 1 << 16);
	assert_true(diff_texts(a, TEXT(""), long_line, &budget, &d));
	assert_int_equal(diff_unified(&b, &d, &(struct diff_room){ 10, 1 << 16 }), 0);
	/* cut before the character that does not fit as a whole */
	assert_true(text_ends(buf_text(&b), TEXT(" ...\n")));
	assert_true(text_is_utf8(buf_text(&b)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(hunks, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(random_edits, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(hostile, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(limits, check_setup, check_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
