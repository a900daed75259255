/* app/index/git/: commits, what makes none, the whole, comparing, squash, and what a run that was killed leaves. */
#include "app/index/git/git.h"
#include "check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder;

static struct git_export *begin(struct arena *a)
{
	const struct git_export_in in = { text_z(a, text_fmt(a, "%s/index", folder)), "A",
					  "a@b.c" };
	struct git_export *g = NULL;
	const struct err *e = git_export_open(a, &in, &g);

	if (e)
		fail_msg("%.*s: %.*s", TEXT_F(e->detail), TEXT_F(e->cause));
	return g;
}

static struct git_export_out end(struct git_export *g)
{
	struct git_export_out out = { 0 };
	const struct err *e = git_export_end(g, &out);

	if (e)
		fail_msg("%.*s: %.*s", TEXT_F(e->detail), TEXT_F(e->cause));
	git_export_free(g);
	return out;
}

static void crate(struct git_export *g, const char *name, const char *path, const char *bytes)
{
	assert_null(git_export_crate(g, text_from(name), text_from(path), text_from(bytes)));
}

static int set_up(void **state)
{
	char name[] = "test-git-XXXXXX";

	folder = realpath(mkdtemp(name), NULL);
	assert_non_null(folder);
	return check_setup(state);
}

static int tear_down(void **state)
{
	struct arena *a = check_arena(state);
	int rc = system(text_z(a, text_fmt(a, "rm -rf '%s'", folder)));

	free(folder);
	(void)check_teardown(state);
	return rc;
}

static void changes(void **state)
{
	struct arena *a = check_arena(state);
	struct git_export *g = begin(a);
	struct git_export_out out;
	struct text head;

	crate(g, "abc", "3/a/abc", "1\n");
	crate(g, "abc", "3/a/abc", "1\n"); /* the same: no commit */
	crate(g, "abc", "3/a/abc", "1\n2\n");
	crate(g, "gone", "go/ne/gone", NULL); /* was never there */
	crate(g, "serde", "se/rd/serde", "x");
	out = end(g);
	assert_int_equal(out.commits, 3);
	assert_int_equal(out.packs, 1);
	head = out.head;
	assert_int_equal(head.n, 40);

	g = begin(a);
	crate(g, "serde", "se/rd/serde", "x");
	out = end(g);
	assert_int_equal(out.commits, 0);
	assert_int_equal(out.packs, 1);
	assert_true(text_eq(out.head, head));

	g = begin(a);
	crate(g, "serde", "se/rd/serde", NULL);
	assert_int_equal(end(g).commits, 1);
}

static void bulk_and_whole(void **state)
{
	struct arena *a = check_arena(state);
	struct git_export *g = begin(a);
	struct git_export_out out;

	assert_null(git_export_whole(g));
	assert_null(git_export_file(g, TEXT("1/a"), TEXT("old")));
	assert_null(git_export_file(g, TEXT("1/a"), TEXT("new"))); /* the last one counts */
	assert_null(git_export_file(g, TEXT("3/a/abc"), TEXT("x")));
	assert_null(git_export_file(g, TEXT("3/a/abd"), TEXT("x")));
	assert_null(git_export_commit(g, TEXT("Rebuild index")));
	assert_null(git_export_whole(g)); /* the same again */
	assert_null(git_export_file(g, TEXT("3/a/abd"), TEXT("x")));
	assert_null(git_export_file(g, TEXT("3/a/abc"), TEXT("x")));
	assert_null(git_export_file(g, TEXT("1/a"), TEXT("new")));
	assert_null(git_export_commit(g, TEXT("Rebuild index")));
	assert_null(git_export_file(g, TEXT("3/a/abc"), TEXT_NONE));
	assert_null(git_export_file(g, TEXT("3/a/abd"), TEXT_NONE)); /* and their folders */
	assert_null(git_export_file(g, TEXT("3/a/abe"), TEXT_NONE)); /* never there */
	assert_null(git_export_commit(g, TEXT("Delete two")));
	assert_int_equal(end(g).commits, 2);

	g = begin(a);
	assert_null(git_export_compare(g));
	assert_null(git_export_file(g, TEXT("1/a"), TEXT("new")));
	assert_int_equal(end(g).ndiffer, 0);

	g = begin(a);
	assert_null(git_export_compare(g));
	assert_null(git_export_file(g, TEXT("3/a/abc"), TEXT("x")));
	out = end(g);
	assert_int_equal(out.ndiffer, 2);
	check_text_of("not there", out.differ.v[0], "3/a/abc");
	check_text_of("should not be there", out.differ.v[1], "1/a");
	assert_int_equal(out.commits, 0);
}

static void out_of_order(void **state)
{
	struct arena *a = check_arena(state);
	struct git_export *g = begin(a);
	struct git_export_out out;

	assert_null(git_export_file(g, TEXT("1/a"), TEXT("x")));
	check_err("crate in a bulk", git_export_crate(g, TEXT("b"), TEXT("1/b"), TEXT("x")), 500,
		  "git index: this does not belong here");
	check_err("whole in a bulk", git_export_whole(g), 500,
		  "git index: this does not belong here");
	check_err("squash in a bulk", git_export_squash(g, TEXT("2026-11-28")), 500,
		  "git index: this does not belong here");
	check_err("no commit", git_export_end(g, &out), 500,
		  "git index: this does not belong here");
	git_export_free(g);
}

static void squash(void **state)
{
	struct arena *a = check_arena(state);
	struct git_export *g = begin(a);
	struct git_export_out out;
	struct text head;

	assert_null(git_export_squash(g, TEXT("2026-11-28"))); /* nothing there */
	assert_int_equal(end(g).commits, 0);
	g = begin(a);
	crate(g, "a", "1/a", "1");
	assert_int_equal(end(g).commits, 1);
	g = begin(a);
	assert_null(git_export_squash(g, TEXT("2026-11-28"))); /* one commit already */
	assert_int_equal(end(g).commits, 0);

	for (int i = 1; i <= 3; i++) {
		g = begin(a);
		crate(g, "a", "1/a", i % 2 ? "2" : "1");
		head = end(g).head;
		g = begin(a);
		assert_null(git_export_squash(g, TEXT("2026-11-28")));
		out = end(g);
		assert_int_equal(out.commits, 1);
		assert_false(text_eq(out.head, head));
		check_text_of("branch", out.snapshot,
			      i == 1   ? "snapshot-2026-11-28"
			      : i == 2 ? "snapshot-2026-11-28-2"
				       : "snapshot-2026-11-28-3");
	}
}

static void touch(struct arena *a, const char *path)
{
	int fd = open(text_z(a, text_fmt(a, "%s/index/%s", folder, path)),
		      O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	(void)close(fd);
}

/* Locks and half a pack: nobody else is at it, so they go. */
static void after_a_kill(void **state)
{
	struct arena *a = check_arena(state);
	struct git_export *g = begin(a);
	struct stat st;

	crate(g, "a", "1/a", "1");
	git_export_free(g); /* killed before its end */
	g = begin(a);
	crate(g, "a", "1/a", "2");
	assert_int_equal(end(g).commits, 1);

	touch(a, "HEAD.lock");
	touch(a, "config.lock");
	touch(a, "packed-refs.lock");
	touch(a, "refs/heads/master.lock");
	touch(a, "objects/pack/pack_git2_abcdef");
	touch(a, "objects/pack/.tmp-1-pack-x.pack");
	g = begin(a);
	crate(g, "a", "1/a", "3");
	assert_int_equal(end(g).commits, 1);
	assert_int_not_equal(
		stat(text_z(a, text_fmt(a, "%s/index/objects/pack/pack_git2_abcdef", folder)), &st),
		0);
}

/* More than is kept in memory at once: several packs, one commit. */
static void large(void **state)
{
	enum { BIG = 5 << 20 };
	struct arena *a = check_arena(state);
	struct git_export *g = begin(a);
	char *p = arena_alloc(a, BIG);
	struct git_export_out out;

	for (int i = 0; i < 8; i++) {
		p[0] = (char)('a' + i);
		assert_null(
			git_export_file(g, text_fmt(a, "1/%c", 'a' + i), (struct text){ p, BIG }));
	}
	assert_null(git_export_commit(g, TEXT("Much")));
	out = end(g);
	assert_int_equal(out.commits, 1);
	assert_int_equal(out.packs, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bulk_and_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(out_of_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(squash, set_up, tear_down),
		cmocka_unit_test_setup_teardown(after_a_kill, set_up, tear_down),
		cmocka_unit_test_setup_teardown(large, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
