/*
 * app/inspect/archive.c, tar.c, gzip.c: the verdict on each archive of tests/fuzz/corpus/archive (made by
 * tests/unit/archives.py). All but six were compared with crates.io's own crates_io_tarball (57fa000662f5) and with
 * what tar 0.4.46, cargo's reader, finds in those that pass. The six: bytes that are no UTF-8 in the manifest or the
 * VCS information are a 500 there; helpers of nothing, and a NUL in a path, pass there but can't be unpacked by cargo;
 * a manifest that is cut off is parsed there as far as it goes.
 */
#include "app/inspect/archive.h"

#include "app/inspect/tar.h"
#include "tests/unit/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#define MALFORMED "uploaded tarball is malformed or too large when decompressed"
#define UNPARSED "failed to parse `Cargo.toml` manifest file\n\n"

static const struct {
	const char *file, *verdict;
	const char *
		found; /* where it passes: the name in its manifest, "lib", the path in its VCS information */
} verdicts[] = {
	{ "absolute", "invalid path found: /foo-1.0.0/a", NULL },
	{ "backslash", NULL, "foo" },
	{ "bad-manifest-first",
	  UNPARSED "TOML parse error at line 1, column 1\n  |\n1 | "
		   "[package]\n  | ^^^^^^^^^\nmissing field `name`\n",
	  NULL },
	{ "bad-path-behind-bad-manifest",
	  UNPARSED "TOML parse error at line 1, column 1\n  |\n1 | [package]\n  | "
		   "^^^^^^^^^\nmissing field `name`\n",
	  NULL },
	{ "base-256", NULL, "foo" },
	{ "base-256-huge", MALFORMED, NULL },
	{ "base-256-over", MALFORMED, NULL },
	{ "block", "unexpected tar entry type Block found: foo-1.0.0/a", NULL },
	{ "char", "unexpected tar entry type Char found: foo-1.0.0/a", NULL },
	{ "continuous", "unexpected tar entry type Continuous found: foo-1.0.0/a", NULL },
	{ "crc-wrong", MALFORMED, NULL },
	{ "crc-wrong-with-zero-block", NULL, "foo" },
	{ "cut-before-trailer", MALFORMED, NULL },
	{ "cut-behind-zero-block", NULL, "foo" },
	{ "cut-in-data", MALFORMED, NULL },
	{ "cut-in-header", MALFORMED, NULL },
	{ "cut-in-manifest", MALFORMED, NULL },
	{ "cut-in-padding", MALFORMED, NULL },
	{ "deeper-manifest", NULL, "foo" },
	{ "dot-in-front", "invalid path found: ./foo-1.0.0/a", NULL },
	{ "dot-inside", NULL, "foo lib" },
	{ "double-slash", NULL, "foo" },
	{ "empty-tar", "uploaded tarball is missing a `Cargo.toml` manifest file", NULL },
	{ "entry-behind-zero-block", NULL, "foo" },
	{ "fifo", "unexpected tar entry type Fifo found: foo-1.0.0/a", NULL },
	{ "folder", NULL, "foo" },
	{ "folder-with-data", NULL, "foo" },
	{ "global-pax", "invalid path found: pax_global_header", NULL },
	{ "global-pax-inside", "unexpected tar entry type XGlobalHeader found: foo-1.0.0/g", NULL },
	{ "gnu-header", NULL, "foo" },
	{ "gzip-magic-alone", MALFORMED, NULL },
	{ "gzip-other-method", MALFORMED, NULL },
	{ "gzip-with-name", NULL, "foo" },
	{ "hard-link", "unexpected tar entry type Link found: foo-1.0.0/a", NULL },
	{ "junk-behind-member", NULL, "foo" },
	{ "junk-behind-zero-block", NULL, "foo" },
	{ "length-wrong", MALFORMED, NULL },
	{ "long-link", NULL, "foo" },
	{ "long-name", NULL, "foo" },
	{ "long-name-beats-pax", NULL, "foo" },
	{ "long-name-no-nul", NULL, "foo" },
	{ "long-name-of-nothing", MALFORMED, NULL },
	{ "long-name-of-old-header", "unexpected tar entry type GNULongName found: foo-1.0.0/abc",
	  NULL },
	{ "long-name-twice", MALFORMED, NULL },
	{ "lower-case", NULL, "foo" },
	{ "manifest-bytes", UNPARSED "stream did not contain valid UTF-8", NULL },
	{ "manifest-folder", UNPARSED "missing field `name`\n", NULL },
	{ "no-gzip", MALFORMED, NULL },
	{ "no-library",
	  UNPARSED "can't find library, rename file to `src/lib.rs` or specify lib.path", NULL },
	{ "no-manifest", "uploaded tarball is missing a `Cargo.toml` manifest file", NULL },
	{ "no-path", "invalid path found: ", NULL },
	{ "no-zero-block", NULL, "foo lib" },
	{ "nothing", MALFORMED, NULL },
	{ "old-header", NULL, "foo" },
	{ "one-zero-block", NULL, "foo" },
	{ "other-root", "invalid path found: foo-1.0.0x/a", NULL },
	{ "other-version", "invalid path found: foo-1.0.1/a", NULL },
	{ "parent", "invalid path found: foo-1.0.0/../outside", NULL },
	{ "parent-by-long-name", "invalid path found: foo-1.0.0/../x", NULL },
	{ "parent-by-pax", "invalid path found: foo-1.0.0/../x", NULL },
	{ "parent-deep", "invalid path found: foo-1.0.0/a/b/../../../outside", NULL },
	{ "parent-in-front", "invalid path found: ../foo-1.0.0/a", NULL },
	{ "path-bytes", "invalid path found: foo-1.0.0/\xef\xbf\xbd", NULL },
	{ "path-nul", "invalid path found: foo-1.0.0/a<NUL>b", NULL },
	{ "pax-empty", NULL, "foo" },
	{ "pax-empty-line", NULL, "foo" },
	{ "pax-length-wrong", MALFORMED, NULL },
	{ "pax-newline-in-value", MALFORMED, NULL },
	{ "pax-no-equals", MALFORMED, NULL },
	{ "pax-no-length", MALFORMED, NULL },
	{ "pax-of-gnu", NULL, "foo" },
	{ "pax-of-nothing", MALFORMED, NULL },
	{ "pax-of-old-header", "invalid path found: evil", NULL },
	{ "pax-path", NULL, "foo" },
	{ "pax-path-twice", NULL, "foo" },
	{ "pax-size-bytes", MALFORMED, NULL },
	{ "pax-size-equal", NULL, "foo" },
	{ "pax-size-hides-entry", "uploaded tarball is malformed", NULL },
	{ "pax-size-huge", MALFORMED, NULL },
	{ "pax-size-less", "uploaded tarball is malformed", NULL },
	{ "pax-size-no-number", MALFORMED, NULL },
	{ "pax-size-plus", NULL, "foo" },
	{ "pax-sizes-differ", "uploaded tarball is malformed", NULL },
	{ "pax-twice", MALFORMED, NULL },
	{ "pax-uid-no-number", MALFORMED, NULL },
	{ "plain", NULL, "foo lib" },
	{ "prefix", NULL, "foo lib" },
	{ "prefix-gnu", "invalid path found: Cargo.toml", NULL },
	{ "same-path-spelled-twice", NULL, "other" },
	{ "same-path-twice", NULL, "foo" },
	{ "same-path-twice-last-wins", NULL, "other" },
	{ "second-member", NULL, "foo" },
	{ "second-member-goes-on", NULL, "foo" },
	{ "size-missing", MALFORMED, NULL },
	{ "size-no-number", MALFORMED, NULL },
	{ "size-with-blanks", NULL, "foo" },
	{ "slash-at-end", NULL, "foo" },
	{ "solaris-pax", "unexpected tar entry type Other(88) found: foo-1.0.0/a", NULL },
	{ "sparse", "unexpected tar entry type GNUSparse found: foo-1.0.0/s", NULL },
	{ "sparse-bare", MALFORMED, NULL },
	{ "sparse-extended", "unexpected tar entry type GNUSparse found: foo-1.0.0/s", NULL },
	{ "sparse-no-real-size", MALFORMED, NULL },
	{ "sparse-overlap", MALFORMED, NULL },
	{ "sparse-wrong-sum", MALFORMED, NULL },
	{ "sum-missing", MALFORMED, NULL },
	{ "sum-no-number", MALFORMED, NULL },
	{ "sum-wrong", MALFORMED, NULL },
	{ "symlink", "unexpected tar entry type Symlink found: foo-1.0.0/a", NULL },
	{ "three-manifests",
	  "uploaded tarball contains more than one `Cargo.toml` manifest file; "
	  "found `CARGO.TOML`, `Cargo.toml`, `cargo.toml`",
	  NULL },
	{ "two-manifests",
	  "uploaded tarball contains more than one `Cargo.toml` manifest file; "
	  "found `Cargo.toml`, `cargo.toml`",
	  NULL },
	{ "type-nul", NULL, "foo" },
	{ "unknown-type", "unexpected tar entry type Other(90) found: foo-1.0.0/a", NULL },
	{ "vcs-info", NULL, "foo a/b" },
	{ "vcs-info-bad", NULL, "foo" },
	{ "vcs-info-bytes", NULL, "foo" },
	{ "vcs-info-key-twice", NULL, "foo" },
	{ "vcs-info-list", NULL, "foo a" },
	{ "vcs-info-number", NULL, "foo" },
	{ "vcs-info-twice", NULL, "foo" },
	{ "wrong-case",
	  "uploaded tarball is missing a `Cargo.toml` manifest file; `Cargo.TOML` "
	  "was found, but must be named `Cargo.toml` with that exact casing",
	  NULL },
	{ "zeros-only", "uploaded tarball is missing a `Cargo.toml` manifest file", NULL },
};

static int open_corpus(void)
{
	const char *srcdir = getenv("srcdir");
	char path[1024];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/archive", srcdir ? srcdir : "..");
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fail_msg("%s is not there", path);
	return fd;
}

static struct archive_in foo(int fd)
{
	return (struct archive_in){
		.fd = fd, .name = TEXT("foo"), .version = TEXT("1.0.0"), .max_unpacked = 512 << 20
	};
}

/* Verdicts are compared with literals of C, which end at a NUL. */
static struct text nul_shown(struct arena *a, struct text t)
{
	struct text rest = t, part, shown;

	if (!text_cut(&rest, '\0', &shown))
		return TEXT_NONE;
	while (text_cut(&rest, '\0', &part))
		shown = text_fmt(a, "%.*s<NUL>%.*s", TEXT_F(shown), TEXT_F(part));
	return shown;
}

static void each_has_its_verdict(void **state)
{
	struct arena *a = check_arena(state);
	int dir = open_corpus();

	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		int fd = openat(dir, verdicts[i].file, O_RDONLY | O_CLOEXEC);
		struct archive_in in = foo(fd);
		struct manifest m = { 0 };
		struct text found = TEXT_NONE;
		const struct text *why;

		assert_true(fd >= 0);
		why = archive_judge(a, &in, &m);
		check_text_of(verdicts[i].file, nul_shown(a, why ? *why : TEXT_NONE),
			      verdicts[i].verdict);
		if (!why)
			found = text_fmt(a, "%.*s%s%s%.*s", TEXT_F(m.name), m.has_lib ? " lib" : "",
					 m.path_in_vcs.n ? " " : "", TEXT_F(m.path_in_vcs));
		check_text_of(verdicts[i].file, found, verdicts[i].found);
		close(fd);
	}
	close(dir);
}

static void each_is_in_the_table(void **state)
{
	DIR *d = fdopendir(open_corpus());
	struct dirent *e;

	(void)state;
	while ((e = readdir(d))) {
		bool known = e->d_name[0] == '.';

		for (size_t i = 0; i < ARRAY_SIZE(verdicts) && !known; i++)
			known = strcmp(e->d_name, verdicts[i].file) == 0;
		if (!known)
			fail_msg("no verdict for %s", e->d_name);
	}
	closedir(d);
}

/* ---- limits */

static int copy_of(const char *file)
{
	int dir = open_corpus(), fd = openat(dir, file, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	close(dir);
	return fd;
}

/* "plain": two headers, two blocks of data, and the first block of zeros, which is read too. */
static void so_many_bytes_are_too_many(void **state)
{
	static const struct {
		uint64_t max;
		const char *verdict;
	} t[] = {
		{ 5 * 512 + 1, NULL }, { 5 * 512, MALFORMED }, { 512, MALFORMED }, { 0, MALFORMED }
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		int fd = copy_of("plain");
		struct archive_in in = foo(fd);
		struct manifest m;
		const struct text *why;

		in.max_unpacked = t[i].max;
		why = archive_judge(check_arena(state), &in, &m);
		check_text_of("plain", why ? *why : TEXT_NONE, t[i].verdict);
		close(fd);
	}
}

static void so_many_entries_and_no_more(void **state)
{
	static const struct {
		const char *file;
		uint64_t max;
		const char *verdict;
	} t[] = {
		{ "plain", 2, NULL },
		{ "plain", 1, "uploaded tarball contains more than 1 entries" },
		{ "folder", 3, NULL },
		{ "folder", 2,
		  "uploaded tarball contains more than 2 entries" }, /* folders count */
		{ "long-name", 2, NULL },                            /* helpers do not */
		{ "parent", 1,
		  "uploaded tarball contains more than 1 entries" }, /* before the path */
		{ "pax-size-less", 1, "uploaded tarball is malformed" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		int fd = copy_of(t[i].file);
		struct archive_in in = foo(fd);
		struct manifest m;
		const struct text *why;

		in.max_entries = t[i].max;
		why = archive_judge(check_arena(state), &in, &m);
		check_text_of(t[i].file, why ? *why : TEXT_NONE, t[i].verdict);
		close(fd);
	}
}

/* ---- archives too large to be kept: stored as one member, in pieces that need not be compressed again */

struct member {
	int fd;
	z_stream z;
};

static void put(int fd, const void *p, size_t n)
{
	assert_int_equal(write(fd, p, n), (ssize_t)n);
}

/* Deflates p and writes it, ending on a byte boundary. */
static void member_add(struct member *m, const void *p, size_t n)
{
	unsigned char out[64 * 1024];

	m->z.next_in = (unsigned char *)(uintptr_t)p;
	m->z.avail_in = (uInt)n;
	do {
		m->z.next_out = out;
		m->z.avail_out = sizeof(out);
		assert_int_equal(deflate(&m->z, Z_FULL_FLUSH), Z_OK);
		put(m->fd, out, sizeof(out) - m->z.avail_out);
	} while (m->z.avail_out == 0);
}

/* In place: zlib keeps the address. */
static void member_begin(struct member *m)
{
	static const unsigned char head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };

	*m = (struct member){ .fd = memfd_create("crate", MFD_CLOEXEC) };
	put(m->fd, head, sizeof(head));
	assert_int_equal(deflateInit2(&m->z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
}

static void tar_header(char h[512], const char *path, unsigned size)
{
	unsigned sum = 0;

	memset(h, 0, 512);
	memcpy(h, path, strlen(path));
	(void)snprintf(h + 124, 12, "%011o", size);
	memcpy(h + 257,
	       "ustar\0"
	       "00",
	       8);
	h[156] = '0';
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
}

/* A file of so many MiB of zeros: the same compressed piece again and again. */
static int zeros(unsigned mib)
{
	static char block[1 << 20];
	struct member m;
	char h[512];
	off_t from, to;
	char *piece;

	member_begin(&m);
	tar_header(h, "foo-1.0.0/zeros", mib << 20);
	member_add(&m, h, sizeof(h));
	member_add(&m, block, sizeof(block));
	from = lseek(m.fd, 0, SEEK_CUR);
	member_add(&m, block, sizeof(block));
	to = lseek(m.fd, 0, SEEK_CUR);
	piece = malloc((size_t)(to - from));
	assert_int_equal(pread(m.fd, piece, (size_t)(to - from), from), to - from);
	for (unsigned i = 2; i < mib; i++)
		put(m.fd, piece, (size_t)(to - from));
	free(piece);
	tar_header(h, "evil/x", 0);
	member_add(&m, h, sizeof(h));
	(void)deflateEnd(&m.z);
	assert_int_equal(lseek(m.fd, 0, SEEK_SET), 0);
	return m.fd;
}

static void zeros_end_at_512_mib(void **state)
{
	static const struct {
		unsigned mib;
		const char *verdict;
	} t[] = { { 513, MALFORMED }, { 511, "invalid path found: evil/x" } };

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		int fd = zeros(t[i].mib);
		struct archive_in in = foo(fd);
		struct manifest m;
		const struct text *why = archive_judge(check_arena(state), &in, &m);

		check_text_of("zeros", why ? *why : TEXT_NONE, t[i].verdict);
		close(fd);
	}
}

static void large_manifest_is_refused(void **state)
{
	struct member m;
	struct archive_in in;
	struct manifest ret;
	char h[512], *comment = calloc(1, ARCHIVE_MAX_MANIFEST + 512);
	const struct text *why;

	member_begin(&m);
	in = foo(m.fd);
	memset(comment, '#', ARCHIVE_MAX_MANIFEST + 512);
	tar_header(h, "foo-1.0.0/Cargo.toml", ARCHIVE_MAX_MANIFEST + 1);
	member_add(&m, h, sizeof(h));
	member_add(&m, comment, ARCHIVE_MAX_MANIFEST + 512);
	(void)deflateEnd(&m.z);
	assert_int_equal(lseek(m.fd, 0, SEEK_SET), 0);
	why = archive_judge(check_arena(state), &in, &ret);
	assert_non_null(why);
	check_text_of("large", *why, UNPARSED "it is larger than 1 MiB");
	free(comment);
	close(m.fd);
}

/* ---- one file of it */

struct seen {
	struct arena *arena;
	struct text want, got;
};

static bool wants(void *ctx, struct text path)
{
	return text_eq(path, ((struct seen *)ctx)->want);
}

static void take(void *ctx, struct text path, struct text bytes)
{
	struct seen *s = ctx;

	(void)path;
	s->got = text_dup(s->arena, bytes);
}

static void files_are_found(void **state)
{
	static const struct {
		const char *file, *path, *got;
		size_t max;
		bool ok;
	} t[] = {
		{ "plain", "src/lib.rs", "x\n", 2, true },
		{ "plain", "src/lib.rs", NULL, 1, true },
		{ "plain", "lib.rs", NULL, 9, true },
		{ "dot-inside", "src/lib.rs", "", 9, true },
		{ "vcs-info-twice", ".cargo_vcs_info.json", "?", 99, true },
		{ "cut-in-data", "src/lib.rs", NULL, 9, false },
	};
	struct arena *a = check_arena(state);

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct seen s = { a, text_from(t[i].path), TEXT_NONE };
		struct archive_visitor v = { wants, take, &s, t[i].max };
		int fd = copy_of(t[i].file);
		struct archive_in in = foo(fd);

		assert_int_equal(archive_walk(a, &in, &v), t[i].ok);
		check_text_of(t[i].file, s.got, t[i].got);
		close(fd);
	}
}

static void types_have_rusts_names(void **state)
{
	(void)state;
	assert_string_equal(tar_type_name('S').s, "GNUSparse");
	assert_string_equal(tar_type_name('x').s, "XHeader");
	assert_string_equal(tar_type_name(255).s, "Other(255)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_its_verdict),
		cmocka_unit_test(each_is_in_the_table),
		cmocka_unit_test(so_many_bytes_are_too_many),
		cmocka_unit_test(so_many_entries_and_no_more),
		cmocka_unit_test(zeros_end_at_512_mib),
		cmocka_unit_test(large_manifest_is_refused),
		cmocka_unit_test(files_are_found),
		cmocka_unit_test(types_have_rusts_names),
	};

	return cmocka_run_group_tests(tests, check_setup, check_teardown);
}
