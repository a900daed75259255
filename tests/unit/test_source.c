/* app/inspect/browse.c, compare.c, source.c, answer_files.c: what pages show of archives. */
#include "app/base/buf.h"
#include "app/inspect/browse.h"
#include "app/inspect/compare.h"
#include "tests/unit/check.h"
#include "tests/unit/make_archive.h"

/* An archive of path and content, path and content, NULL; its descriptor. */
static int archive_of(const char *const *files)
{
	int fd;
	gzFile z = new_archive(&fd);

	for (; *files; files += 2)
		tar_add(z, files[0], text_from(files[1]));
	gzclose(z);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static struct archive_in in_of(int fd, const char *version)
{
	return (struct archive_in){
		.fd = fd, .name = TEXT("a"), .version = text_from(version), .max_unpacked = 64 << 20
	};
}

static struct text paths_of(struct arena *a, const struct listing *l)
{
	struct buf b = buf_init(a, 4096);

	for (size_t i = 0; i < l->n; i++)
		buf_fmt(&b, "%s%.*s", i ? " " : "", TEXT_F(l->files[i].path));
	return buf_text(&b);
}

static void listed(void **state)
{
	static const char *const files[] = {
		"a-1/src/z.rs",
		"zz",
		"a-1/src/b.rs",
		"b",
		"a-1/Cargo.toml",
		"[a]",
		"a-1/src/z.rs",
		"z",
		"b-1/c",
		"no",
		"a-1/x//./y",
		"y",
		"a-1/e/f/g",
		"g",
		"a-1",
		"root",
		NULL,
	};
	static const struct {
		const char *wanted, *found;
	} t[] = {
		{ "", "Cargo.toml" },
		{ "src", "src/b.rs" },
		{ "src/z.rs", "src/z.rs" },
		{ "x", "x/y" },
		{ "e", "e/f/g" },
		{ "e/f", "e/f/g" },
		{ "sr", NULL },
		{ "src/", NULL },
		{ "src/z.rs/a", NULL },
		{ "../a-1/src/z.rs", NULL },
	};
	struct arena *a = check_arena(state);
	struct archive_in in = in_of(archive_of(files), "1");
	struct listing l;

	assert_true(browse_list(a, &in, &l));
	check_text_of("list", paths_of(a, &l), "Cargo.toml e/f/g src/b.rs src/z.rs x/y");
	assert_int_equal(l.unlisted, 1);      /* the root as a file */
	assert_int_equal(l.files[3].size, 1); /* the last of two */
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		const struct listed_file *f = browse_find(&l, text_from(t[i].wanted));

		check_text_of(t[i].wanted, f ? f->path : TEXT_NONE, t[i].found);
	}
	close(in.fd);
}

static void changelogs(void **state)
{
	static const struct {
		const char *files[9], *found;
	} t[] = {
		{ { "a-1/src/CHANGELOG.md", "", "a-1/x", "" }, NULL },
		{ { "a-1/NEWS", "", "a-1/Changes.txt", "" }, "Changes.txt" },
		{ { "a-1/history.md", "", "a-1/ChangeLog", "", "a-1/changes.md", "" },
		  "ChangeLog" },
		{ { "a-1/changelogs", "", "a-1/.changes", "" }, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct arena *a = check_arena(state);
		struct archive_in in = in_of(archive_of(t[i].files), "1");
		const struct listed_file *f;
		struct listing l;

		assert_true(browse_list(a, &in, &l));
		f = browse_changelog(&l);
		check_text_of(t[i].files[0], f ? f->path : TEXT_NONE, t[i].found);
		close(in.fd);
	}
}

static void found_first(void **state)
{
	static const char *const lib[] = { "a-1/Cargo.toml",
					   "",
					   "a-1/src/lib.rs",
					   "",
					   "a-1/src/main.rs",
					   "",
					   "a-1/src/x/mod.rs",
					   "",
					   "a-1/src/x/a.rs",
					   "",
					   NULL };
	struct arena *a = check_arena(state);
	struct archive_in in = in_of(archive_of(lib), "1");
	struct listing l;

	assert_true(browse_list(a, &in, &l));
	check_text_of("root", browse_find(&l, TEXT(""))->path, "src/lib.rs");
	check_text_of("module", browse_find(&l, TEXT("src/x"))->path, "src/x/mod.rs");
	l.n = 0;
	assert_null(browse_find(&l, TEXT("")));
	close(in.fd);
}

static void bytes(void **state)
{
	static const char *const files[] = {
		"a-1/f", "first", "a-1/g", "", "a-1/f", "second", NULL
	};
	struct arena *a = check_arena(state);
	struct archive_in in = in_of(archive_of(files), "1");
	struct listing l;
	struct text t;
	uint64_t size;
	bool found;

	assert_true(browse_file(a, &in, TEXT("f"), SIZE_MAX, 100, &t, &size, &found));
	assert_true(found);
	check_text_of("f", t, "second");
	assert_int_equal(lseek(in.fd, 0, SEEK_SET), 0);
	assert_true(browse_file(a, &in, TEXT("f"), SIZE_MAX, 5, &t, &size, &found));
	assert_true(found && !t.p);
	assert_int_equal(size, 6);
	assert_int_equal(lseek(in.fd, 0, SEEK_SET), 0);
	assert_true(browse_file(a, &in, TEXT("g"), SIZE_MAX, 5, &t, &size, &found));
	assert_true(found);
	check_text_of("g", t, "");
	assert_int_equal(lseek(in.fd, 0, SEEK_SET), 0);
	assert_true(browse_file(a, &in, TEXT("h"), SIZE_MAX, 5, &t, &size, &found));
	assert_false(found);
	/* not beyond the place */
	assert_int_equal(lseek(in.fd, 0, SEEK_SET), 0);
	assert_true(browse_file(a, &in, TEXT("f"), 1, 100, &t, &size, &found));
	check_text_of("f", t, "first");
	assert_true(lseek(in.fd, 0, SEEK_SET) == 0 && browse_list(a, &in, &l));
	for (size_t i = 0; i < l.n; i++)
		assert_true(browse_listed(a, &in, &l, &l.files[i], 100, &t) &&
			    t.n == l.files[i].size);
	/* cut off */
	assert_int_equal(ftruncate(in.fd, 30), 0);
	assert_int_equal(lseek(in.fd, 0, SEEK_SET), 0);
	assert_false(browse_file(a, &in, TEXT("f"), SIZE_MAX, 5, &t, &size, &found));
	close(in.fd);
}

static void compared(void **state)
{
	static const char *const old[] = { "a-1/same",   "s\n",
					   "a-1/gone",   "g\n",
					   "a-1/edited", "1\n2\n3\n",
					   "a-1/\351",   "not UTF-8: not below",
					   NULL },
				 *const new[] = { "a-2/edited", "1\n3\n4\n", "a-2/same",
						  "s\n",        "a-2/fresh", "f",
						  "a-2/large",  "",          NULL };
	struct arena *a = check_arena(state);
	struct archive_in one = in_of(archive_of(old), "1"), two = in_of(archive_of(new), "2");
	struct comparison c;

	assert_true(compare_archives(a, &one, &two, TEXT_NONE, &c));
	assert_int_equal(c.same, 1);
	assert_int_equal(c.more, 0);
	assert_int_equal(c.n, 4);
	check_text_of("edited", c.files[0].path, "edited");
	assert_int_equal(c.files[0].change, FILE_CHANGED);
	assert_int_equal(c.files[0].removed, 1);
	assert_int_equal(c.files[0].added, 1);
	check_text_of("edited", c.files[0].hunks, "@@ -1,3 +1,3 @@\n 1\n-2\n 3\n+4\n");
	assert_int_equal(c.files[1].change, FILE_ADDED);
	check_text_of("fresh", c.files[1].hunks,
		      "@@ -0,0 +1 @@\n+f\n\\ No newline at end of file\n");
	assert_int_equal(c.files[2].change, FILE_REMOVED);
	check_text_of("an empty one", c.files[3].hunks, "");
	assert_int_equal(c.files[3].change, FILE_ADDED);
	assert_int_equal(lseek(one.fd, 0, SEEK_SET), 0);
	assert_int_equal(lseek(two.fd, 0, SEEK_SET), 0);
	assert_true(compare_archives(a, &one, &two, TEXT("gone"), &c));
	assert_int_equal(c.n, 1);
	check_text_of("gone", c.files[0].path, "gone");
	close(one.fd);
	close(two.fd);
}

static void kinds(void **state)
{
	static const struct {
		struct text bytes;
		enum source_kind kind;
	} t[] = {
		{ TEXT_INIT(""), SOURCE_TEXT },
		{ TEXT_INIT("a\377"), SOURCE_TEXT },
		{ TEXT_INIT("a\0"), SOURCE_BINARY },
		{ TEXT_INIT("\x89PNG\r\n\x1a\n\0"), SOURCE_PNG },
		{ TEXT_INIT("\x89PNG\n"), SOURCE_TEXT },
		{ TEXT_INIT("\xff\xd8\xff\xe0"), SOURCE_JPEG },
		{ TEXT_INIT("GIF89a"), SOURCE_GIF },
		{ TEXT_INIT("RIFF\0\0\0\0WEBPVP8 "), SOURCE_WEBP },
		{ TEXT_INIT("RIFF\0\0\0\0WAVE"), SOURCE_BINARY },
		{ TEXT_INIT("<svg xmlns='http://www.w3.org/2000/svg'/>"), SOURCE_TEXT },
	};
	struct arena *a = check_arena(state);
	char late[8001];

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		assert_int_equal(source_kind(t[i].bytes), t[i].kind);
	memset(late, 'a', sizeof(late));
	late[8000] = '\0';
	assert_int_equal(source_kind((struct text){ late, sizeof(late) }), SOURCE_TEXT);
	check_text_of("NUL", source_text(a, TEXT("a\0b")), "a\357\277\275b");
	check_text_of("no UTF-8", source_text(a, TEXT("a\351b")), "a\357\277\275b");
	check_text_of("empty", source_text(a, TEXT_NONE), "");
}

static void answers(void **state)
{
	struct arena *a = check_arena(state);
	const struct listed_file files[] = { { TEXT("a \n\"<b>"), 0, false },
					     { TEXT("\303\244/b"), UINT64_MAX, true } };
	const struct compared_file compared_files[] = {
		{ .path = TEXT("a"), .change = FILE_REMOVED, .kind = SOURCE_LARGE, .old_size = 7 },
		{ .path = TEXT("b c"),
		  .removed = 1,
		  .added = 2,
		  .rough = true,
		  .hunks = TEXT("@@\n") },
	};
	static const struct text bad[] = {
		TEXT_INIT("1 0 a"),        TEXT_INIT("1 2 a\0"),     TEXT_INIT("-1 0 a\0"),
		TEXT_INIT("1 0 \0"),       TEXT_INIT("1 0 /a\0"),    TEXT_INIT("1 0 a/../b\0"),
		TEXT_INIT("1 0 a/./b\0"),  TEXT_INIT("1 0 a//b\0"),  TEXT_INIT("1 0 a\351\0"),
		TEXT_INIT("1  0 a\0"),     TEXT_INIT("\0"),          TEXT_INIT("1 0 a\0 "),
	},
				 bad_compared[] = {
		TEXT_INIT("3 0 0 0 0 0 0 0 0 a\0"), TEXT_INIT("0 7 0 0 0 0 0 0 0 a\0"),
		TEXT_INIT("0 0 0 0 0 0 0 0 9 a\0x"), TEXT_INIT("0 0 0 0 0 0 0 2 0 a\0"),
		TEXT_INIT("0 0 0 0 0 0 0 0 1 a\0\351"), TEXT_INIT("0 0 0 0 0 0 0 0 1 a\0\0"),
		TEXT_INIT("0 0 0"),
	};
	struct buf b = buf_init(a, 4096);
	struct listed_file *f;
	struct compared_file *c;
	size_t n;

	answer_write_files(&b, files, 2);
	assert_true(answer_read_files(a, buf_text(&b), &f, &n));
	assert_int_equal(n, 2);
	check_text_of("path", f[0].path, "a \n\"<b>");
	assert_true(f[1].executable && f[1].size == UINT64_MAX);
	assert_true(answer_read_files(a, TEXT_NONE, &f, &n));
	assert_int_equal(n, 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(answer_read_files(a, bad[i], &f, &n));
	b = buf_init(a, 4096);
	answer_write_compared(&b, compared_files, 2);
	assert_true(answer_read_compared(a, buf_text(&b), &c, &n));
	assert_int_equal(n, 2);
	assert_true(c[0].change == FILE_REMOVED && c[0].kind == SOURCE_LARGE && c[0].old_size == 7);
	check_text_of("hunks", c[1].hunks, "@@\n");
	assert_true(c[1].rough && c[1].removed == 1 && c[1].added == 2);
	for (size_t i = 0; i < ARRAY_SIZE(bad_compared); i++)
		assert_false(answer_read_compared(a, bad_compared[i], &c, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(listed, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(found_first, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(changelogs, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(bytes, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(compared, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(kinds, check_setup, check_teardown),
		cmocka_unit_test_setup_teardown(answers, check_setup, check_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
