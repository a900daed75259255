/* app/storage: names, blobs, links, index files, full disk, walks. */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/time.h"
#include "app/storage/parts.h"
#include "app/storage/storage.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
	struct arena *a;
	struct storage *s;
	struct config cfg;
	char dir[64];
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct text why;

	(void)snprintf(w->dir, sizeof(w->dir), "/tmp/test-storage-XXXXXX");
	if (!mkdtemp(w->dir))
		return -1;
	w->a = arena_new(0);
	w->cfg.data.dir = text_fmt(w->a, "%s/data", w->dir);
	w->cfg.cache.mb = 4;
	w->s = storage_open(w->a, &w->cfg, &why);
	*state = w;
	return w->s ? 0 : -1;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	char cmd[96];

	storage_free(w->s);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", w->dir);
	if (system(cmd) != 0)
		return -1;
	arena_free(w->a);
	free(w);
	return 0;
}

static void check_ok(const struct err *e)
{
	if (e)
		fail_msg("%.*s (%.*s)", TEXT_F(e->detail), TEXT_F(e->cause));
}

static struct sha256 put(struct world *w, struct text bytes)
{
	struct sha256 sha = sha256_of(bytes);
	int fd;

	check_ok(storage_tmp(w->s, w->a, &fd));
	assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
	check_ok(storage_put_blob(w->s, w->a, fd, &sha, NULL));
	(void)close(fd);
	return sha;
}

static struct storage_blob_put put_again(struct world *w, struct text bytes, struct sha256 *ret_sha)
{
	struct storage_blob_put did;
	int fd;

	*ret_sha = sha256_of(bytes);
	check_ok(storage_tmp(w->s, w->a, &fd));
	assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
	check_ok(storage_put_blob(w->s, w->a, fd, ret_sha, &did));
	(void)close(fd);
	return did;
}

static struct stat stat_of(struct world *w, const char *below)
{
	struct stat st;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/data/%s", w->dir, below);
	if (stat(path, &st) != 0)
		st.st_ino = 0;
	return st;
}

static size_t files_in_tmp(struct world *w)
{
	size_t n;

	check_ok(storage_sweep_tmp(w->s, w->a, time_now_us() + 10 * (int64_t)US_PER_S, &n));
	return n;
}

static void names(void **state)
{
	static const struct {
		const char *in;
		bool ok;
	} t[] = {
		{ "serde", true },     { "1.0.0+a.b-c_d", true },
		{ "_x", true },        { "", false },
		{ ".", false },        { "..", false },
		{ ".hidden", false },  { "-x", true }, /* aa/-x/aa-x */
		{ "+x", false },       { "a/b", false },
		{ "a\\b", false },     { "a b", false },
		{ "a\nb", false },     { "a%2f", false },
		{ "\xc3\xa9", false },
	};
	char z[STORAGE_NAME_MAX + 1], longest[STORAGE_NAME_MAX + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		if (storage_name_ok(text_from(t[i].in), z) != t[i].ok)
			fail_msg("name \"%s\"", t[i].in);
	memset(longest, 'a', sizeof(longest));
	assert_true(storage_name_ok((struct text){ longest, STORAGE_NAME_MAX }, z));
	assert_false(storage_name_ok((struct text){ longest, STORAGE_NAME_MAX + 1 }, z));
	assert_false(storage_name_ok((struct text){ "a\0b", 3 }, z));
	assert_false(storage_name_ok(TEXT_NONE, z));
}

static void bad_paths(void **state)
{
	static const char *const t[] = { "../x",   "se/../x", "/etc/passwd", "se//x",
					 "se/rd/", "",        "a/b/c/d/e/f", "./x" };
	struct world *w = *state;
	struct text got;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text p = text_from(t[i]);

		assert_true(err_is(storage_put_index(w->s, w->a, p, TEXT("x"), 1), ERR_INTERNAL));
		assert_true(err_is(storage_put_index(w->s, w->a, p, TEXT_NONE, 1), ERR_INTERNAL));
		assert_true(err_is(storage_put_public(w->s, w->a, p, TEXT("x")), ERR_INTERNAL));
		assert_true(err_is(storage_get_index(w->s, w->a, p, &got, NULL), ERR_INTERNAL));
	}
	assert_true(err_is(storage_put_public(w->s, w->a, TEXT("crates/a/a-1.crate"), TEXT("x")),
			   ERR_INTERNAL));
	assert_int_equal(files_in_tmp(w), 0);
}

static void blobs(void **state)
{
	struct world *w = *state;
	struct sha256 sha = put(w, TEXT("bytes")), other = sha256_of(TEXT("other"));
	struct text got;
	uint64_t n;
	int fd, ro;

	assert_true(storage_has_blob(w->s, &sha, &n));
	assert_int_equal(n, 5);
	assert_false(storage_has_blob(w->s, &other, &n));
	assert_true(err_is(storage_open_blob(w->s, w->a, &other, &fd), ERR_NOT_FOUND));
	check_ok(storage_open_blob(w->s, w->a, &sha, &fd));
	check_ok(storage_read_all(w->a, fd, 100, &got));
	assert_true(text_eq(got, TEXT("bytes")));
	(void)close(fd);
	(void)put(w, TEXT("bytes")); /* twice is harmless */

	/* Bytes that are not what they were said to be do not become a blob. */
	check_ok(storage_tmp(w->s, w->a, &fd));
	assert_int_equal(write(fd, "wrong", 5), 5);
	assert_true(err_is(storage_put_blob(w->s, w->a, fd, &other, NULL), ERR_INTERNAL));
	assert_false(storage_has_blob(w->s, &other, &n));
	check_ok(storage_reopen_readonly(w->a, fd, &ro));
	assert_int_equal(write(ro, "x", 1), -1);
	(void)close(ro);
	(void)close(fd);
	assert_int_equal(files_in_tmp(w), 0);
}

static void restored_blob(void **state)
{
	struct world *w = *state;
	struct sha256 sha = put(w, TEXT("bytes"));
	struct storage_blob_name name = storage_blob_name(&sha);
	struct text got;
	int good, fd = openat(w->s->blobs, name.s, O_WRONLY);

	assert_int_equal(write(fd, "BYTES", 5), 5);
	(void)close(fd);

	/* The damaged file itself is no source. */
	check_ok(storage_open_blob(w->s, w->a, &sha, &fd));
	assert_true(err_is(storage_restore_blob(w->s, w->a, fd, &sha), ERR_INTERNAL));
	(void)close(fd);
	check_ok(storage_tmp(w->s, w->a, &good));
	assert_int_equal(write(good, "bytes", 5), 5);
	check_ok(storage_restore_blob(w->s, w->a, good, &sha));
	(void)close(good);
	check_ok(storage_open_blob(w->s, w->a, &sha, &fd));
	check_ok(storage_read_all(w->a, fd, 100, &got));
	assert_true(text_eq(got, TEXT("bytes")));
	(void)close(fd);
	assert_int_equal(files_in_tmp(w), 0);
}

static void links(void **state)
{
	struct world *w = *state;
	struct storage_link v[2] = { { TEXT("1.0.0"), put(w, TEXT("one")) },
				     { TEXT("1.0.1+b"), put(w, TEXT("two")) } };
	struct storage_link swapped = { TEXT("1.0.0"), v[1].sha },
			    missing = { TEXT("2.0.0"), sha256_of(TEXT("x")) };
	size_t changed;

	check_ok(storage_link_crates(w->s, w->a, TEXT("foo"), v, 2, &changed));
	assert_int_equal(changed, 2);
	check_ok(storage_link_crates(w->s, w->a, TEXT("foo"), v, 2, &changed));
	assert_int_equal(changed, 0);
	assert_true(storage_is_linked(w->s, TEXT("foo"), &v[0]));
	assert_true(storage_is_linked(w->s, TEXT("foo"), &v[1]));
	assert_int_equal(stat_of(w, "public/crates/foo/foo-1.0.1+b.crate").st_size, 3);

	/* A public name that shows other bytes is put right. */
	assert_false(storage_is_linked(w->s, TEXT("foo"), &swapped));
	check_ok(storage_link_crates(w->s, w->a, TEXT("foo"), &swapped, 1, &changed));
	assert_int_equal(changed, 1);
	assert_true(storage_is_linked(w->s, TEXT("foo"), &swapped));

	assert_true(err_is(storage_link_crates(w->s, w->a, TEXT("foo"), &missing, 1, &changed),
			   ERR_NOT_FOUND));
	assert_true(
		err_is(storage_link_crates(w->s, w->a, TEXT(".."), v, 1, &changed), ERR_INTERNAL));
	missing.version = TEXT("../../x");
	assert_true(err_is(storage_link_crates(w->s, w->a, TEXT("foo"), &missing, 1, &changed),
			   ERR_INTERNAL));
	assert_true(
		err_is(storage_unlink_crate(w->s, w->a, TEXT("foo"), TEXT("../x")), ERR_INTERNAL));

	check_ok(storage_unlink_crate(w->s, w->a, TEXT("foo"), TEXT("1.0.0")));
	assert_int_not_equal(stat_of(w, "public/crates/foo").st_ino, 0);
	check_ok(storage_unlink_crate(w->s, w->a, TEXT("foo"), TEXT("1.0.1+b")));
	check_ok(storage_unlink_crate(w->s, w->a, TEXT("foo"), TEXT("1.0.1+b")));
	assert_int_equal(stat_of(w, "public/crates/foo").st_ino, 0);
	assert_int_equal(files_in_tmp(w), 0);
}

static void copies(void **state)
{
	struct world *w = *state;
	struct storage_link v = { TEXT("1.0.0"), put(w, TEXT("one")) };
	size_t changed;

	w->s->no_links = true;
	check_ok(storage_link_crates(w->s, w->a, TEXT("foo"), &v, 1, &changed));
	assert_int_equal(changed, 1);
	check_ok(storage_link_crates(w->s, w->a, TEXT("foo"), &v, 1, &changed));
	assert_int_equal(changed, 0);
	assert_true(storage_is_linked(w->s, TEXT("foo"), &v));
	assert_int_equal(stat_of(w, "public/crates/foo/foo-1.0.0.crate").st_nlink, 1);
}

static void index_files(void **state)
{
	struct world *w = *state;
	struct text got;
	int64_t mtime;

	check_ok(storage_get_index(w->s, w->a, TEXT("se/rd/serde"), &got, &mtime));
	assert_null(got.p);
	check_ok(storage_put_index(w->s, w->a, TEXT("se/rd/serde"), TEXT("line\n"), 1700000000));
	check_ok(storage_get_index(w->s, w->a, TEXT("se/rd/serde"), &got, &mtime));
	assert_true(text_eq(got, TEXT("line\n")));
	assert_int_equal(mtime, 1700000000);
	check_ok(storage_put_index(w->s, w->a, TEXT("se/rd/serde"), TEXT(""), 1700000001));
	check_ok(storage_get_index(w->s, w->a, TEXT("se/rd/serde"), &got, &mtime));
	assert_true(got.p && got.n == 0);
	check_ok(storage_put_index(w->s, w->a, TEXT("se/rd/serde"), TEXT_NONE, 0));
	check_ok(storage_put_index(w->s, w->a, TEXT("se/rd/serde"), TEXT_NONE, 0));
	check_ok(storage_get_index(w->s, w->a, TEXT("se/rd/serde"), &got, &mtime));
	assert_null(got.p);
	check_ok(storage_put_public(w->s, w->a, TEXT("readmes/foo/foo-1.0.0.html"), TEXT("<p>")));
	check_ok(storage_get_public(w->s, w->a, TEXT("readmes/foo/foo-1.0.0.html"), &got));
	assert_true(text_eq(got, TEXT("<p>")));
	check_ok(storage_unlink_public(w->s, w->a, TEXT("readmes/foo/foo-1.0.0.html")));
	assert_int_equal(files_in_tmp(w), 0);
}

/* A folder that somebody replaced by a link out of DATA is not followed. */
static void no_symlinks(void **state)
{
	struct world *w = *state;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/data/index/se", w->dir);
	assert_int_equal(symlink("/tmp", path), 0);
	assert_true(err_is(storage_put_index(w->s, w->a, TEXT("se/rd/serde"), TEXT("x"), 1),
			   ERR_INTERNAL));
}

/* A limit on file sizes stands in for the full disk: the write fails half-way with EFBIG. */
static void full_disk(void **state)
{
	struct world *w = *state;
	struct rlimit old, small;
	static char big[64 * 1024];
	struct sha256 sha = sha256_of((struct text){ big, sizeof(big) });
	const struct err *blob, *index;
	struct text got;
	uint64_t n;
	int fd;

	check_ok(storage_put_index(w->s, w->a, TEXT("3/f/foo"), TEXT("old\n"), 1700000000));
	check_ok(storage_tmp(w->s, w->a, &fd));
	assert_int_equal(write(fd, big, sizeof(big)), sizeof(big));

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){ .rlim_cur = 4096, .rlim_max = old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	blob = storage_put_blob(w->s, w->a, fd, &sha, NULL);
	index = storage_put_index(w->s, w->a, TEXT("3/f/foo"), (struct text){ big, sizeof(big) },
				  1700000001);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	(void)close(fd);

	assert_true(err_is(blob, ERR_BUSY));
	assert_true(err_is(index, ERR_BUSY));
	assert_int_equal(err_status(blob), 503);
	assert_false(storage_has_blob(w->s, &sha, &n));
	check_ok(storage_get_index(w->s, w->a, TEXT("3/f/foo"), &got, NULL));
	assert_true(text_eq(got, TEXT("old\n")));
	assert_int_equal(files_in_tmp(w), 0);
}

static void sweep(void **state)
{
	struct world *w = *state;
	struct sha256 sha = put(w, TEXT("bytes"));
	struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	int64_t hour_ago = time_now_us() - 3600 * (int64_t)US_PER_S;
	struct storage_blob_name name = storage_blob_name(&sha);
	bool removed;
	uint64_t n;

	check_ok(storage_sweep_blob(w->s, w->a, &sha, hour_ago, &removed));
	assert_false(removed);
	assert_int_equal(utimensat(w->s->blobs, name.s, old, 0), 0);
	(void)put(w, TEXT("bytes")); /* a publish of the same bytes makes it young */
	check_ok(storage_sweep_blob(w->s, w->a, &sha, hour_ago, &removed));
	assert_false(removed);
	assert_int_equal(utimensat(w->s->blobs, name.s, old, 0), 0);
	check_ok(storage_sweep_blob(w->s, w->a, &sha, hour_ago, &removed));
	assert_true(removed);
	assert_false(storage_has_blob(w->s, &sha, &n));
}

struct seen {
	size_t good, bad;
	char last[300];
};

static const struct err *see(void *ctx, const struct storage_entry *e)
{
	struct seen *s = ctx;

	if (e->name.p)
		s->good++;
	else
		s->bad++;
	(void)snprintf(s->last, sizeof(s->last), "%.*s|%.*s|%.*s", TEXT_F(e->path), TEXT_F(e->name),
		       TEXT_F(e->version));
	return NULL;
}

/* A refused publish takes its bytes back, but never from under somebody who counts on them. */
static void take_back(void **state)
{
	struct world *w = *state;
	struct storage_blob_put mine, theirs;
	struct sha256 sha;
	struct storage_link v = { .version = TEXT("1.0.0") };
	uint64_t bytes;

	mine = put_again(w, TEXT("alone"), &sha);
	assert_true(mine.is_new);
	check_ok(storage_take_back_blob(w->s, w->a, &sha, &mine));
	assert_false(storage_has_blob(w->s, &sha, &bytes));

	mine = put_again(w, TEXT("shared"), &sha);
	theirs = put_again(w, TEXT("shared"), &sha);
	assert_false(theirs.is_new);
	check_ok(storage_take_back_blob(w->s, w->a, &sha, &theirs));
	check_ok(storage_take_back_blob(w->s, w->a, &sha, &mine));
	assert_true(storage_has_blob(w->s, &sha, &bytes));

	mine = put_again(w, TEXT("linked"), &sha);
	v.sha = sha;
	check_ok(storage_link_crates(w->s, w->a, TEXT("foo"), &v, 1, NULL));
	check_ok(storage_take_back_blob(w->s, w->a, &sha, &mine));
	assert_true(storage_has_blob(w->s, &sha, &bytes));
}

static void walks(void **state)
{
	struct world *w = *state;
	struct storage_link v = { TEXT("1.0.0-a.1"), put(w, TEXT("one")) };
	struct seen s = { 0, 0, "" };
	static const char *const index[] = {
		"1/a",         "2/ab",    "3/a/abc",      "ab/cd/abcd",
		"config.json", "3/b/abc", "ab/cd/abce/f", "ab/ce/abcd"
	};

	(void)put(w, TEXT("two"));
	check_ok(storage_each_blob(w->s, w->a, see, &s));
	assert_int_equal(s.good, 2);
	assert_int_equal(s.bad, 0);
	s = (struct seen){ 0, 0, "" };
	check_ok(storage_link_crates(w->s, w->a, TEXT("foo"), &v, 1, NULL));
	check_ok(storage_each_crate(w->s, w->a, see, &s));
	assert_int_equal(s.good, 1);
	assert_string_equal(s.last, "public/crates/foo/foo-1.0.0-a.1.crate|foo|1.0.0-a.1");
	s = (struct seen){ 0, 0, "" };
	for (size_t i = 0; i < ARRAY_SIZE(index); i++)
		check_ok(storage_put_index(w->s, w->a, text_from(index[i]), TEXT("x"), 1));
	check_ok(storage_each_index(w->s, w->a, see, &s));
	assert_int_equal(s.good, 4);
	assert_int_equal(s.bad, 4);
}

static void locks(void **state)
{
	struct world *w = *state;
	int one = -1, two = -1;

	check_ok(storage_lock(w->s, w->a, TEXT("x"), 0, &one));
	assert_true(err_is(storage_lock(w->s, w->a, TEXT("x"), 20, &two), ERR_BUSY));
	check_ok(storage_lock(w->s, w->a, TEXT("y"), 0, &two));
	storage_unlock(two);
	storage_unlock(one);
	check_ok(storage_lock(w->s, w->a, TEXT("x"), 0, &one));
	storage_unlock(one);
	assert_true(err_is(storage_lock(w->s, w->a, TEXT("../x"), 0, &one), ERR_INTERNAL));
}

/* All that was served of a crate goes, and nothing beside it. */
static void drop_public(void **state)
{
	static const char *const gone[] = { "public/readmes/ab/ab-1.0.0.html",
					    "public/readmes/ab/ab-1.1.0.html",
					    "public/readmes/ab" };
	struct world *w = *state;
	struct storage_link v = { TEXT("1.0.0"), put(w, TEXT("bytes")) };
	uint64_t bytes;

	check_ok(storage_link_crates(w->s, w->a, TEXT("ab"), &v, 1, NULL));
	check_ok(storage_put_public(w->s, w->a, TEXT("readmes/ab/ab-1.0.0.html"), TEXT("one")));
	check_ok(storage_put_public(w->s, w->a, TEXT("readmes/ab/ab-1.1.0.html"), TEXT("two")));
	check_ok(storage_put_public(w->s, w->a, TEXT("readmes/abc/abc-1.0.0.html"), TEXT("three")));
	for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
		assert_int_not_equal(stat_of(w, gone[i]).st_ino, 0);
	check_ok(storage_drop_public(w->s, w->a, TEXT("readmes/ab")));
	for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
		assert_int_equal(stat_of(w, gone[i]).st_ino, 0);
	assert_int_not_equal(stat_of(w, "public/readmes/abc/abc-1.0.0.html").st_ino, 0);
	assert_int_not_equal(stat_of(w, "public/crates/ab/ab-1.0.0.crate").st_ino, 0);
	check_ok(storage_drop_public(w->s, w->a, TEXT("crates/ab")));
	assert_int_equal(stat_of(w, "public/crates/ab").st_ino, 0);
	assert_true(storage_has_blob(w->s, &v.sha, &bytes));
	check_ok(storage_drop_public(w->s, w->a, TEXT("crates/ab")));
	check_ok(storage_drop_public(w->s, w->a, TEXT("zips/ab")));
	assert_true(err_is(storage_drop_public(w->s, w->a, TEXT("crates/../ab")), ERR_INTERNAL));
}

static struct sha256 cache_key(unsigned n)
{
	struct sha256 key = { { 0 } };

	/* all in one folder, each at a place of its own */
	memcpy(key.b + 8, &n, sizeof(n));
	return key;
}

/* The size on disk of all that is kept. */
static uint64_t cache_bytes(struct world *w, unsigned n)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < n; i++) {
		struct sha256 key = cache_key(i);
		char path[192];
		struct stat st;

		(void)snprintf(path, sizeof(path), "%s/data/cache/00/%.2s%s", w->dir,
			       storage_blob_name(&key).s, storage_blob_name(&key).s + 3);
		if (stat(path, &st) == 0)
			sum += (uint64_t)st.st_blocks * 512;
	}
	return sum;
}

static void cache_keeps_what_is_used(void **state)
{
	struct world *w = *state;
	enum { SHARE = 4 * 1024 * 1024 / STORAGE_CACHE_FOLDERS, BYTES = 10000, MANY = 60 };
	struct text t = { arena_alloc(w->a, SHARE), BYTES };
	struct sha256 first = cache_key(0), other = sha256_of(TEXT("other"));
	const struct timespec long_ago[2] = { { .tv_sec = 1 }, { .tv_nsec = UTIME_OMIT } };
	int64_t age_us = -1;
	char path[192];

	assert_null(storage_cache_get(w->s, w->a, &first, &age_us).p);
	storage_cache_put(w->s, w->a, &first, t);
	assert_true(text_eq(storage_cache_get(w->s, w->a, &first, &age_us), t));
	assert_true(age_us >= 0 && age_us < 3600 * (int64_t)US_PER_S);
	storage_cache_put(w->s, w->a, &other, TEXT(""));
	assert_int_equal(storage_cache_get(w->s, w->a, &other, &age_us).n, 0);
	assert_non_null(storage_cache_get(w->s, w->a, &other, &age_us).p);
	for (unsigned i = 0; i < MANY; i++) {
		struct sha256 key = cache_key(i);

		storage_cache_put(w->s, w->a, &key, t);
		assert_true(cache_bytes(w, MANY) <= SHARE);
		/* all but the first look as if nobody had wanted them for long */
		(void)snprintf(path, sizeof(path), "%s/data/cache/00/%.2s%s", w->dir,
			       storage_blob_name(&key).s, storage_blob_name(&key).s + 3);
		if (i > 0)
			(void)utimensat(AT_FDCWD, path, long_ago, 0);
	}
	assert_true(text_eq(storage_cache_get(w->s, w->a, &first, &age_us), t));
	assert_true(cache_bytes(w, MANY) > SHARE / 2);
	/* too large for the whole */
	first = cache_key(MANY);
	t.n = SHARE / 2;
	storage_cache_put(w->s, w->a, &first, t);
	assert_null(storage_cache_get(w->s, w->a, &first, &age_us).p);
}

static void cache_notices_damage(void **state)
{
	struct world *w = *state;
	struct sha256 key = cache_key(1);
	int64_t age_us;
	char path[192];

	(void)snprintf(path, sizeof(path), "%s/data/cache/00/%.2s%s", w->dir,
		       storage_blob_name(&key).s, storage_blob_name(&key).s + 3);
	for (off_t n = 0; n < 40; n += 13) {
		storage_cache_put(w->s, w->a, &key, TEXT("something"));
		assert_int_equal(truncate(path, n), 0);
		assert_null(storage_cache_get(w->s, w->a, &key, &age_us).p);
		assert_int_not_equal(access(path, F_OK), 0);
	}
}

static void large_public_files(void **state)
{
	struct world *w = *state;
	struct storage_new f, left;
	uint64_t bytes, all;
	int64_t mtime_s;
	struct text got;

	assert_false(storage_public_is(w->s, TEXT("big.bin"), &bytes, &mtime_s));
	assert_null(storage_public_begin(w->s, w->a, "big", &f));
	assert_null(storage_write_all(w->a, f.fd, TEXT("some")));
	assert_null(storage_write_all(w->a, f.fd, TEXT("thing")));
	assert_false(storage_public_is(w->s, TEXT("big.bin"), &bytes, &mtime_s));
	assert_null(storage_public_done(w->s, w->a, &f, TEXT("big.bin")));
	assert_true(storage_public_is(w->s, TEXT("big.bin"), &bytes, &mtime_s));
	assert_int_equal(bytes, 9);
	assert_null(storage_get_public(w->s, w->a, TEXT("big.bin"), &got));
	assert_true(text_eq(got, TEXT("something")));
	/* not where links are, and nowhere else */
	assert_null(storage_public_begin(w->s, w->a, "big", &f));
	assert_non_null(storage_public_done(w->s, w->a, &f, TEXT("crates/x")));
	assert_null(storage_public_begin(w->s, w->a, "big", &f));
	assert_non_null(storage_public_done(w->s, w->a, &f, TEXT("../x")));
	/* what is dropped and what is swept is gone; what is of another kind stays */
	assert_null(storage_public_begin(w->s, w->a, "big", &f));
	storage_public_drop(w->s, &f);
	assert_null(storage_public_begin(w->s, w->a, "big", &f));
	assert_null(storage_public_begin(w->s, w->a, "other", &left));
	assert_null(storage_public_sweep(w->s, w->a, "big"));
	assert_non_null(storage_public_done(w->s, w->a, &f, TEXT("big.bin")));
	assert_null(storage_public_done(w->s, w->a, &left, TEXT("other.bin")));
	assert_null(storage_get_public(w->s, w->a, TEXT("big.bin"), &got));
	assert_true(text_eq(got, TEXT("something")));
	assert_null(storage_room(w->s, w->a, &bytes, &all));
	assert_true(all && bytes <= all);
}

static bool is_there(const struct world *w, const char *path)
{
	char full[128];

	(void)snprintf(full, sizeof(full), "%s/data/%s", w->dir, path);
	return access(full, F_OK) == 0;
}

/* NULL, or why it cannot be opened as a registry of that kind. */
static const char *open_as(struct world *w, bool closed)
{
	struct text why = TEXT_NONE;

	storage_free(w->s);
	w->cfg.registry.auth_required = closed;
	w->s = storage_open(w->a, &w->cfg, &why);
	return w->s ? NULL : text_z(w->a, why);
}

/* Closing moves what is served to where no web server of a public registry looks; opening is a person's to do. */
static void private_and_public(void **state)
{
	struct world *w = *state;
	char from[128], to[128];

	check_ok(storage_put_public(w->s, w->a, TEXT("readmes/a.html"), TEXT("x")));
	assert_true(is_there(w, "public/readmes/a.html"));
	for (int i = 0; i < 2; i++)
		assert_null(open_as(w, true));
	assert_true(is_there(w, "private/public/readmes/a.html"));
	assert_false(is_there(w, "public") || is_there(w, "index"));

	assert_non_null(strstr(open_as(w, false), "was private"));
	assert_false(is_there(w, "public") || is_there(w, "index"));
	assert_true(is_there(w, "private/public/readmes/a.html"));

	(void)snprintf(from, sizeof(from), "%s/data/private/public", w->dir);
	(void)snprintf(to, sizeof(to), "%s/data/public", w->dir);
	assert_int_equal(rename(from, to), 0);
	assert_null(open_as(w, false)); /* an empty private/index is nothing to hide */
	assert_true(is_there(w, "public/readmes/a.html") && !is_there(w, "private/index"));

	(void)snprintf(from, sizeof(from), "%s/data/private/public", w->dir);
	assert_int_equal(mkdir(from, 0755), 0);
	assert_null(open_as(w, true)); /* over one that is empty */
	assert_int_equal(mkdir(to, 0755), 0);
	(void)snprintf(to, sizeof(to), "%s/data/public/x", w->dir);
	assert_int_equal(mkdir(to, 0755), 0);
	assert_non_null(strstr(open_as(w, true), "beside private/"));
	assert_int_equal(rmdir(to), 0);
	assert_null(open_as(w, true));
	assert_false(is_there(w, "public"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test_setup_teardown(large_public_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_paths, set_up, tear_down),
		cmocka_unit_test_setup_teardown(blobs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(restored_blob, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links, set_up, tear_down),
		cmocka_unit_test_setup_teardown(copies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(index_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_symlinks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(full_disk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sweep, set_up, tear_down),
		cmocka_unit_test_setup_teardown(take_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(walks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(locks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(private_and_public, set_up, tear_down),
		cmocka_unit_test_setup_teardown(drop_public, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cache_keeps_what_is_used, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cache_notices_damage, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
