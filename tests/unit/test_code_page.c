/* templates/code_tree.c, code_lines.c: what the pages of files loop over. */
#include "app/base/buf.h"
#include "templates/code_lines.h"
#include "templates/code_tree.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <string.h>

/* "src/{de/{map.rs mod.rs}lib.rs}Cargo.toml", shown ones with a star. */
static struct text written(struct arena *a, const struct tree *t)
{
	struct buf b = buf_init(a, 1 << 20);

	for (size_t i = 0; i < t->n; i++) {
		const struct tree_row *row = &t->rows[i];

		buf_fmt(&b, "%.*s%s%s%s", TEXT_F(row->label), row->folder ? "/" : "",
			row->shown ? "*" : "", row->opens ? "{" : " ");
		for (unsigned n = 0; n < row->closes; n++)
			buf_byte(&b, '}');
	}
	return buf_text(&b);
}

static void trees(void **state)
{
	static const struct {
		const char *paths, *shown, *want;
	} t[] = {
		{ "", NULL, "" },
		{ "a", NULL, "a " },
		{ "b/c a b/d", NULL, "b/{c d }a " },
		{ "Cargo.toml src/de/map.rs src/de/mod.rs src/lib.rs", "src/de/map.rs",
		  "src/*{de/*{map.rs* mod.rs }lib.rs }Cargo.toml " },
		{ "a/b/c/d a/b/c/e", "a/b/c/e", "a/b/c/*{d e* }" },
		{ "a/b/c a/d/e", NULL, "a/{b/{c }d/{e }}" },
		{ "a.b a/b a0", NULL, "a/{b }a.b a0 " },
		{ "a a/b", NULL, "a/{b }a " },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct arena *a = check_arena(state);
		struct listed_file files[8];
		struct text rest = text_from(t[i].paths), part;
		struct tree tree;
		size_t n = 0;

		while (rest.n && text_cut(&rest, ' ', &part))
			files[n++] = (struct listed_file){ .path = part };
		/* as the inspector sends them: by their bytes */
		qsort(files, n, sizeof(files[0]), text_cmp_qsort);
		tree = tree_of(a, files, n, text_from(t[i].shown));
		check_text_of(t[i].paths, written(a, &tree), t[i].want);
	}
}

static void large_trees(void **state)
{
	struct arena *a = check_arena(state);
	enum { MANY = 20000 };
	struct listed_file *files = arena_array(a, MANY, sizeof(*files));
	struct tree tree;
	unsigned opened = 0, closed = 0;

	/* folders that do not lead to the file stay closed */
	for (size_t i = 0; i < MANY; i++)
		files[i].path = text_fmt(a, "d%02zu/f%04zu", i / 1000, i % 1000);
	tree = tree_of(a, files, MANY, TEXT("d03/f0500"));
	assert_int_equal(tree.n, 20 + 1000);
	assert_int_equal(tree.left, 0);
	/* all in one folder: more than are listed */
	for (size_t i = 0; i < MANY; i++)
		files[i].path = text_fmt(a, "d/f%05zu", i);
	tree = tree_of(a, files, MANY, files[0].path);
	assert_int_equal(tree.n, TREE_ROWS_MAX);
	assert_int_equal(tree.left, MANY + 1 - TREE_ROWS_MAX);
	for (size_t i = 0; i < tree.n; i++) {
		opened += tree.rows[i].opens;
		closed += tree.rows[i].closes;
	}
	assert_int_equal(opened, closed);
	tree = tree_matches(a, files, MANY, TEXT("F1999"));
	assert_int_equal(tree.n, 10);
	tree = tree_matches(a, files, MANY, TEXT(""));
	assert_int_equal(tree.n, TREE_MATCHES_MAX);
	assert_int_equal(tree.left, MANY - TREE_MATCHES_MAX);
}

static struct text pieces(struct arena *a, const struct code *c)
{
	struct buf b = buf_init(a, 1 << 16);

	for (struct code_piece p = code_walk(c); code_next(&p);) {
		if (p.begins)
			buf_fmt(&b, "%zu<", (size_t)p.line);
		buf_fmt(&b, "%s(%.*s)", p.class ? p.class : "", TEXT_F(p.text));
		if (p.ends)
			buf_byte(&b, '>');
	}
	return buf_text(&b);
}

static void lines(void **state)
{
	static const struct {
		struct text text, tokens;
		const char *want;
		uint64_t lines;
	} t[] = {
		{ TEXT_INIT(""), TEXT_INIT(""), "", 0 },
		{ TEXT_INIT("a"), TEXT_INIT("\0\1"), "1<(a)>", 1 },
		{ TEXT_INIT("a\n"), TEXT_INIT("\0\2"), "1<(a)>", 1 },
		{ TEXT_INIT("\n\n"), TEXT_INIT("\0\2"), "1<()>2<()>", 2 },
		{ TEXT_INIT("fn a\nb"), TEXT_INIT("\4\2\0\4"), "1<k(fn)( a)>2<(b)>", 2 },
		/* a comment over two lines, and the line feed a token of its own */
		{ TEXT_INIT("/*\n*/\nc"), TEXT_INIT("\1\5\0\1\6\1"), "1<c(/*)>2<c(*/)>3<f(c)>", 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct code c = { .text = t[i].text, .tokens = t[i].tokens };

		code_measure(&c);
		assert_int_equal(c.lines, t[i].lines);
		assert_int_equal(c.lines_shown, t[i].lines);
		check_text_of(t[i].want, pieces(check_arena(state), &c), t[i].want);
	}
}

/* n times unit as one plain token. */
static struct code plain(struct arena *a, const char *unit, size_t n)
{
	struct buf b = buf_init(a, n * strlen(unit)), packed = buf_init(a, 16);

	for (size_t i = 0; i < n; i++)
		buf_add(&b, text_from(unit));
	tokens_write(&packed, TOKENS_NONE, buf_text(&b));
	return (struct code){ .text = buf_text(&b), .tokens = buf_text(&packed) };
}

static void what_fits(void **state)
{
	struct arena *a = check_arena(state);
	struct code c = plain(a, "a\n", 30000);
	uint64_t last = 0;

	code_measure(&c);
	assert_int_equal(c.lines, 30000);
	assert_int_equal(c.lines_shown, CODE_LINES_MAX);
	assert_int_equal(c.bytes_shown, 2 * CODE_LINES_MAX);
	for (struct code_piece p = code_walk(&c); code_next(&p);)
		last = p.line;
	assert_int_equal(last, CODE_LINES_MAX);
	/* 400 bytes that become 2,400 */
	c = plain(a,
		  "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&"
		  "&&&"
		  "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&"
		  "&\n",
		  6000);
	code_measure(&c);
	assert_true(c.lines == 6000 && c.lines_shown > 1000 && c.lines_shown < 2000);
	c = plain(a, "<", 1 << 20);
	code_measure(&c);
	assert_true(c.lines == 1 && c.lines_shown == 0 && c.bytes_shown == 0);
}

static void hunk_lines(void **state)
{
	static const char *const hunks = "@@ -2,3 +2,4 @@\n a\n-b\n+c\n+d\n\n@@ -9 +0,0 @@\n-e\n\\ "
					 "No newline at end of file\n";
	static const struct {
		enum hunk_mark mark;
		uint64_t old, new;
		const char *text;
	} want[] = {
		{ HUNK_RANGE, 0, 0, "@@ -2,3 +2,4 @@" },
		{ HUNK_SAME, 2, 2, "a" },
		{ HUNK_REMOVED, 3, 0, "b" },
		{ HUNK_ADDED, 0, 3, "c" },
		{ HUNK_ADDED, 0, 4, "d" },
		{ HUNK_SAME, 4, 5, "" },
		{ HUNK_RANGE, 0, 0, "@@ -9 +0,0 @@" },
		{ HUNK_REMOVED, 9, 0, "e" },
		{ HUNK_NOTE, 0, 0, " No newline at end of file" },
	};
	size_t n = 0;

	(void)state;
	for (struct hunk_line l = hunk_walk(text_from(hunks)); hunk_next(&l); n++) {
		assert_true(n < ARRAY_SIZE(want));
		assert_int_equal(l.mark, want[n].mark);
		assert_int_equal(l.old, want[n].old);
		assert_int_equal(l.new, want[n].new);
		check_text_of("line", l.text, want[n].text);
	}
	assert_int_equal(n, ARRAY_SIZE(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(trees, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(large_trees, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(lines, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(what_fits, check_setup, check_teardown),
		cmocka_unit_test(hunk_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
