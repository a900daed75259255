/* app/inspect/client.c, call.c, serve.c, main.c: the way to cratehouse-inspect, executed for one
 * call and served. */
#include "config.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/err.h"
#include "app/base/hash.h"
#include "app/base/time.h"
#include "app/inspect/archive.h"
#include "app/inspect/client.h"
#include "app/inspect/readme.h"
#include "app/inspect/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/make_archive.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

static char dir[] = "/tmp/test-inspect-XXXXXX";

static struct config config_for_tests(struct arena *a)
{
	struct config c = { 0 };
	char *here = getcwd(NULL, 0);

	c.server.libexec = text_fmt(a, "%s", here);
	free(here);
	c.data.dir = text_from(dir);
	c.limits.unpacked_bytes = 64 << 20;
	c.sandbox.require = true;
	c.sandbox.processes = 2;
	c.sandbox.page_processes = 1;
	c.sandbox.cpu_s = 5;
	c.sandbox.wall_s = 10;
	c.sandbox.memory_mb = 256;
	return c;
}

/* ---- archives made here */

static int good_archive(void)
{
	int fd;
	gzFile z = new_archive(&fd);

	tar_add(z, "foo-1.0.0/Cargo.toml",
		TEXT("[package]\nname = \"foo\"\nversion = \"1.0.0\"\nedition = "
		     "\"2021\"\ndescription = \"q\\\"\\u00e9\"\n"
		     "license = \"MIT\"\nkeywords = [\"a\", \"b\"]\n[features]\nz = "
		     "[\"dep:bar\"]\na = []\n"
		     "[dependencies]\nbar = { version = \"1\", optional = true, package = \"baz\" "
		     "}\n"
		     "[target.'cfg(unix)'.dev-dependencies]\nqux = \"0.1\"\n"));
	tar_add(z, "foo-1.0.0/src/lib.rs", TEXT("//! doc\npub fn f() {}\n"));
	tar_add(z, "foo-1.0.0/src/main.rs", TEXT("fn main() {}\n"));
	tar_add(z, "foo-1.0.0/README.md", TEXT("# Hello\n\n[x](y.md)\n"));
	tar_add(z, "foo-1.0.0/.cargo_vcs_info.json", TEXT("{\"path_in_vcs\": \"crates/foo\"}"));
	gzclose(z);
	return fd;
}

static void check_text(struct text got, struct text want)
{
	if (!text_eq(got, want))
		fail_msg("got \"%.*s\", want \"%.*s\"", TEXT_F(got), TEXT_F(want));
}

static void check_err(const struct err *e, enum err_kind kind, const char *detail)
{
	if (!e)
		fail_msg("no error, want \"%s\"", detail);
	if (e->kind != kind)
		fail_msg("%s: %.*s (%.*s)", err_kind_name(e->kind), TEXT_F(e->detail),
			 TEXT_F(e->cause));
	check_text(e->detail, text_from(detail));
}

static void check_ok(const struct err *e)
{
	if (e)
		fail_msg("%s: %.*s (%.*s)", err_kind_name(e->kind), TEXT_F(e->detail),
			 TEXT_F(e->cause));
}

#define MALFORMED "uploaded tarball is malformed or too large when decompressed"

static struct inspect_archive_in foo(int fd)
{
	return (struct inspect_archive_in){
		.fd = fd, .name = TEXT("foo"), .version = TEXT("1.0.0"), .max_unpacked = 64 << 20
	};
}

static void check_good_archive(struct inspect *i, struct arena *a)
{
	int fd = good_archive();
	struct inspect_archive_in in = foo(fd);
	struct manifest m;

	check_ok(inspect_archive(i, a, &in, &m));
	check_text(m.name, TEXT("foo"));
	check_text(m.description, TEXT("q\"\xc3\xa9"));
	assert_null(m.homepage.p);
	assert_int_equal(m.nfeatures, 2);
	check_text(m.features[1].values.v[0], TEXT("dep:bar"));
	assert_int_equal(m.ndeps, 2);
	check_text(m.deps[0].name, TEXT("baz"));
	check_text(m.deps[0].explicit_name, TEXT("bar"));
	assert_true(m.deps[0].optional && m.deps[0].default_features);
	check_text(m.deps[1].target, TEXT("cfg(unix)"));
	assert_int_equal(m.deps[1].kind, DEP_DEV);
	check_text(m.lib_name, TEXT("foo"));
	assert_int_equal(m.bin_names.n, 1);
	check_text(m.path_in_vcs, TEXT("crates/foo"));
	close(fd);
}

static void check_other_questions(struct inspect *i, struct arena *a)
{
	int fd = good_archive();
	struct inspect_lines_in in = { .fd = fd, .name = TEXT("foo"), .version = TEXT("1.0.0") };
	struct inspect_readme_in readme = { .text = TEXT(
						    "# Hello\n\n<script>x</script>\n\n[x](y.md)\n"),
					    .path = TEXT("README.md"),
					    .repository = TEXT("https://github.com/a/b") };
	struct text t;
	bool plain;

	check_ok(inspect_file(i, a, &in, TEXT("README.md"), &t));
	check_text(t, TEXT("# Hello\n\n[x](y.md)\n"));
	check_err(inspect_file(i, a, &in, TEXT("no"), &t), ERR_NOT_FOUND,
		  "the archive has no file `no`");
	check_ok(inspect_lines(i, a, &in, &t));
	check_text(
		t,
		TEXT("{\"languages\":{\"Rust\":{\"code_lines\":2,\"comment_lines\":0,\"files\":2}},"
		     "\"total_code_lines\":2,\"total_comment_lines\":0}"));
	check_ok(inspect_readme(i, a, &readme, &t, &plain));
	assert_false(plain);
	assert_true(text_find(t, TEXT("https://github.com/a/b/blob/HEAD/y.md")) < t.n);
	assert_true(text_find(t, TEXT("<script")) == t.n);
	close(fd);
}

static void check_pages(struct inspect *i, struct arena *a)
{
	int fd = good_archive(), second = good_archive();
	struct inspect_lines_in in = { .fd = fd, .name = TEXT("foo"), .version = TEXT("1.0.0") },
				also = { .fd = second,
					 .name = TEXT("foo"),
					 .version = TEXT("1.0.0") };
	struct inspect_source s;
	struct inspect_bytes bytes;
	struct inspect_comparison c;
	enum token_class class;
	size_t n;

	check_ok(inspect_browse(i, a, &in, TEXT(""), &s));
	assert_int_equal(s.nfiles, 5);
	assert_true(s.found);
	check_text(s.files[0].path, TEXT(".cargo_vcs_info.json"));
	check_text(s.file.path, TEXT("src/lib.rs"));
	check_text(s.language, TEXT("Rust"));
	check_text(s.text, TEXT("//! doc\npub fn f() {}\n"));
	assert_true(tokens_next(&s.tokens, &class, &n));
	assert_int_equal(class, TOKEN_COMMENT);
	assert_int_equal(n, 7);
	check_ok(inspect_browse(i, a, &in, TEXT("src/no"), &s));
	assert_false(s.found);
	assert_int_equal(s.nfiles, 5);
	check_ok(inspect_bytes(i, a, &in, TEXT("src/main.rs"), &bytes));
	check_text(bytes.bytes, TEXT("fn main() {}\n"));
	assert_int_equal(bytes.kind, SOURCE_TEXT);
	check_err(inspect_bytes(i, a, &in, TEXT("src"), &bytes), ERR_NOT_FOUND,
		  "the archive has no file `src`");
	check_ok(inspect_compare(i, a, &in, &also, TEXT_NONE, &c));
	assert_int_equal(c.nfiles, 0);
	assert_int_equal(c.same, 5);
	/* of another name: none of its files is below the root */
	also.version = TEXT("2.0.0");
	check_ok(inspect_compare(i, a, &in, &also, TEXT("README.md"), &c));
	assert_int_equal(c.nfiles, 1);
	assert_int_equal(c.files[0].change, FILE_REMOVED);
	check_text(c.files[0].hunks, TEXT("@@ -1,3 +0,0 @@\n-# Hello\n-\n-[x](y.md)\n"));
	close(fd);
	close(second);
}

static void check_bad_archives(struct inspect *i, struct arena *a)
{
	struct inspect_archive_in in = foo(memfd_create("empty", MFD_CLOEXEC));
	struct manifest m;
	gzFile z;

	check_err(inspect_archive(i, a, &in, &m), ERR_INVALID, MALFORMED);
	close(in.fd);
	z = new_archive(&in.fd);
	tar_add(z, "foo-1.0.1/x", TEXT("y"));
	gzclose(z);
	check_err(inspect_archive(i, a, &in, &m), ERR_INVALID, "invalid path found: foo-1.0.1/x");
	close(in.fd);
}

static void executed_for_each_call(void **state)
{
	struct arena *a = arena_new(0);
	struct config cfg = config_for_tests(a);
	struct inspect *i = inspect_new(&cfg, NULL);

	(void)state;
	check_good_archive(i, a);
	check_other_questions(i, a);
	check_pages(i, a);
	check_bad_archives(i, a);
	inspect_free(i);
	arena_free(a);
}

static void absent_helper_is_busy(void **state)
{
	struct arena *a = arena_new(0);
	struct config cfg = config_for_tests(a);
	struct inspect *i;
	int fd = good_archive();
	struct inspect_archive_in in = foo(fd);
	struct manifest m;

	(void)state;
	cfg.server.libexec = TEXT("/nonexistent");
	i = inspect_new(&cfg, NULL);
	check_err(inspect_archive(i, a, &in, &m), ERR_BUSY, "Service unavailable");
	inspect_free(i);
	i = inspect_new(&cfg, "/nonexistent/socket");
	check_err(inspect_archive(i, a, &in, &m), ERR_BUSY, "Service unavailable");
	inspect_free(i);
	close(fd);
	arena_free(a);
}

/* ---- served */

static pid_t start_server(const struct config *cfg, char *path, size_t room)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	(void)snprintf(path, room, "%s/inspect.sock", dir);
	(void)unlink(path);
	memcpy(addr.sun_path, path, strlen(path));
	assert_int_equal(bind(s, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(s, 16), 0);
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that fails leaves nobody behind */
		inspect_exec(cfg, s);
		_exit(99);
	}
	close(s);
	return pid;
}

static void stop_server(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void served_by_a_socket(void **state)
{
	struct arena *a = arena_new(0);
	struct config cfg = config_for_tests(a);
	char path[256];
	pid_t pid = start_server(&cfg, path, sizeof(path));
	struct inspect *i = inspect_new(&cfg, path);

	(void)state;
	for (int k = 0; k < 20; k++)
		check_good_archive(i, a);
	check_other_questions(i, a);
	check_pages(i, a);
	check_bad_archives(i, a);
	stop_server(pid);
	inspect_free(i);
	arena_free(a);
}

static int zeros_archive(unsigned mib)
{
	static char zeros[1 << 20];
	int fd;
	gzFile z = new_archive(&fd);

	tar_add(z, "foo-1.0.0/Cargo.toml",
		TEXT("[package]\nname = \"foo\"\nversion = \"1.0.0\"\n"));
	for (unsigned k = 0; k < mib; k++)
		tar_add(z, "foo-1.0.0/zeros", (struct text){ zeros, sizeof(zeros) });
	gzclose(z);
	return fd;
}

static void too_large_is_a_verdict(void **state)
{
	struct arena *a = arena_new(0);
	struct config cfg = config_for_tests(a);
	struct inspect *i = inspect_new(&cfg, NULL);
	int fd = zeros_archive(65);
	struct inspect_archive_in in = foo(fd);
	struct manifest m;

	(void)state;
	check_err(inspect_archive(i, a, &in, &m), ERR_INVALID, MALFORMED);
	in.max_unpacked = 128 << 20;
	check_ok(inspect_archive(i, a, &in, &m));
	in.max_entries = 65;
	check_err(inspect_archive(i, a, &in, &m), ERR_INVALID,
		  "uploaded tarball contains more than 65 entries");
	in.max_entries = 66;
	check_ok(inspect_archive(i, a, &in, &m));
	inspect_free(i);
	close(fd);
	arena_free(a);
}

/* Behind the filter the corpora end as they do without: nothing there needs a forbidden call. */
static void check_as_without_walls(struct inspect *i, struct arena *a, const char *file, int fd)
{
	struct inspect_archive_in in = foo(fd);
	struct archive_in bare = {
		.fd = fd, .name = in.name, .version = in.version, .max_unpacked = in.max_unpacked
	};
	struct manifest m, of_bare;
	const struct text *why = archive_judge(a, &bare, &of_bare);
	const struct err *e = inspect_archive(i, a, &in, &m);

	if (!why != !e || (why && !text_eq(*why, e->detail)))
		fail_msg("%s: \"%.*s\" inside, \"%.*s\" outside", file,
			 TEXT_F(e ? e->detail : TEXT_NONE), TEXT_F(why ? *why : TEXT_NONE));
	if (!e)
		check_text(m.path_in_vcs, of_bare.path_in_vcs);
}

static struct text content(struct arena *a, int fd)
{
	struct stat st;
	char *p;

	assert_int_equal(fstat(fd, &st), 0);
	p = arena_alloc(a, (size_t)st.st_size);
	assert_int_equal(pread(fd, p, (size_t)st.st_size, 0), st.st_size);
	return (struct text){ p, (size_t)st.st_size };
}

static void check_readme(struct inspect *i, struct arena *a, const char *file, int fd)
{
	struct inspect_readme_in in = { .text = content(a, fd),
					.path = TEXT("README.md"),
					.repository = TEXT("https://github.com/a/b"),
					.path_in_vcs = TEXT("sub") };
	struct readme_in bare = { in.text, in.path, in.repository, in.path_in_vcs };
	bool plain, bare_plain;
	struct text html, bare_html = readme_render(a, &bare, &bare_plain);
	const struct err *e = inspect_readme(i, a, &in, &html, &plain);

	if (e)
		fail_msg("%s: %.*s (%.*s)", file, TEXT_F(e->detail), TEXT_F(e->cause));
	check_text(html, bare_html);
	assert_int_equal(plain, bare_plain);
}

/* Calls check for each file of the corpus; so many there were. */
static unsigned each_of(const char *corpus, struct inspect *i,
			void (*check)(struct inspect *, struct arena *, const char *, int))
{
	const char *srcdir = getenv("srcdir");
	struct arena *a = arena_new(0);
	char path[1024];
	struct dirent *e;
	unsigned n = 0;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : "..",
		       corpus);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d))) {
		int fd = e->d_name[0] == '.' ? -1
					     : openat(dirfd(d), e->d_name, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			continue;
		check(i, a, e->d_name, fd);
		close(fd);
		arena_reset(a);
		n++;
	}
	closedir(d);
	arena_free(a);
	return n;
}

static void the_corpora_end_alike_inside(void **state)
{
	struct arena *a = arena_new(0);
	struct config cfg = config_for_tests(a);
	char path[256];
	pid_t pid = start_server(&cfg, path, sizeof(path));
	struct inspect *i = inspect_new(&cfg, path);

	(void)state;
	assert_true(each_of("archive", i, check_as_without_walls) > 100);
	assert_true(each_of("readme", i, check_readme) > 10);
	stop_server(pid);
	inspect_free(i);
	arena_free(a);
}

/* ---- what the watcher does: clients that say nothing, and those that go */

static int connect_to(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(addr.sun_path, path, strlen(path));
	assert_int_equal(connect(s, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	return s;
}

static void silence_ends_with_the_wall_clock(void **state)
{
	struct arena *a = arena_new(0);
	struct config cfg = config_for_tests(a);
	char path[256], got[64];
	int64_t start = time_monotonic_us();
	int s;
	ssize_t n;
	pid_t pid;

	(void)state;
	cfg.sandbox.wall_s = 1;
	pid = start_server(&cfg, path, sizeof(path));
	s = connect_to(path);
	n = read(s, got, sizeof(got));
	check_text((struct text){ got, n > 0 ? (size_t)n : 0 }, TEXT("=time\n"));
	assert_true(time_monotonic_us() - start >= US_PER_S);
	close(s);
	stop_server(pid);
	arena_free(a);
}

static void no_more_at_once_than_allowed(void **state)
{
	struct arena *a = arena_new(0);
	struct config cfg = config_for_tests(a);
	char path[256];
	int idle[2], fd = good_archive();
	struct inspect_archive_in in = foo(fd);
	struct manifest m;
	struct inspect *i;
	pid_t pid;

	(void)state;
	pid = start_server(&cfg, path, sizeof(path));
	idle[0] = connect_to(path);
	idle[1] = connect_to(path);
	cfg.sandbox.wall_s = 1; /* the client's own patience */
	i = inspect_new(&cfg, path);
	check_err(inspect_archive(i, a, &in, &m), ERR_BUSY, "Service unavailable");
	close(idle[0]); /* gone: its place is free again */
	cfg.sandbox.wall_s = 10;
	check_ok(inspect_archive(i, a, &in, &m));
	close(idle[1]);
	inspect_free(i);
	stop_server(pid);
	close(fd);
	arena_free(a);
}

static void a_readme_it_dies_over_is_plain(void **state)
{
	struct arena *a = arena_new(0);
	struct config cfg = config_for_tests(a);
	struct inspect_readme_in in = { .path = TEXT("README.md") };
	struct buf b = buf_init(a, 1024 * 1024);
	struct inspect *i;
	struct text html;
	bool plain = false;

	(void)state;
	/* Each attribute is compared with all before it: many seconds. */
	buf_add(&b, TEXT("<a "));
	for (unsigned k = 0; b.n < 500 * 1024; k++)
		buf_fmt(&b, "a%u ", k);
	buf_add(&b, TEXT(">\n"));
	in.text = buf_text(&b);
	cfg.sandbox.cpu_s = 1; /* sooner than the renderer gives up by itself */
	i = inspect_new(&cfg, NULL);
	check_ok(inspect_readme(i, a, &in, &html, &plain));
	assert_true(plain);
	assert_true(text_starts(html, TEXT("<p><em>This README is too large")));
	assert_true(text_ends(html, TEXT(" &gt;\n</pre>\n")));
	inspect_free(i);
	arena_free(a);
}

static void garbage_is_no_request(void **state)
{
	struct arena *a = arena_new(0);
	struct config cfg = config_for_tests(a);
	char path[256], got[64];
	pid_t pid = start_server(&cfg, path, sizeof(path));
	int s = connect_to(path);
	ssize_t n;

	(void)state;
	assert_int_equal(write(s, "\xff\xff\xff\xff?", 5), 5);
	n = read(s, got, sizeof(got));
	check_text((struct text){ got, n > 0 ? (size_t)n : 0 }, TEXT("=exit 4\n"));
	close(s);
	stop_server(pid);
	arena_free(a);
}

/* The process of the second connection was forked while the first was open, and waits for its request. */
static void an_answer_ends_while_another_waits(void **state)
{
	struct arena *a = arena_new(0);
	struct config cfg = config_for_tests(a);
	char path[256], got[64];
	pid_t pid = start_server(&cfg, path, sizeof(path));
	int s = connect_to(path), other = connect_to(path);
	int64_t start;

	(void)state;
	(void)usleep(200 * 1000);
	start = time_monotonic_us();
	assert_int_equal(write(s, "\xff\xff\xff\xff", 4), 4);
	assert_int_equal(read(s, got, sizeof(got)), sizeof("=exit 4\n") - 1);
	assert_int_equal(read(s, got, sizeof(got)), 0);
	assert_true(time_monotonic_us() - start < 5 * US_PER_S); /* wall_s is 10 */
	close(s);
	close(other);
	stop_server(pid);
	arena_free(a);
}

static int make_dir(void **state)
{
	char lock[64];

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(lock, sizeof(lock), "%s/lock", dir);
	return mkdir(lock, 0700);
}

/* Pages wait for one of their places, and publishes go on meanwhile. */
static void pages_take_no_place_of_publishes(void **state)
{
	struct arena *a = arena_new(0);
	struct config cfg = config_for_tests(a);
	char path[96];
	int fd = good_archive(), place;
	struct inspect_lines_in page = { .fd = fd, .name = TEXT("foo"), .version = TEXT("1.0.0") };
	struct inspect_archive_in in = foo(fd);
	struct inspect *i = inspect_new(&cfg, NULL);
	struct inspect_source s;
	const struct err *e;
	struct manifest m;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/lock/page-0", dir);
	place = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(place, LOCK_EX), 0);
	cfg.sandbox.wall_s = 1; /* shorter than what a page waits */
	e = inspect_browse(i, a, &page, TEXT(""), &s);
	check_err(e, ERR_BUSY, "Service unavailable");
	assert_int_equal(e->retry_after_s, 5);
	cfg.sandbox.wall_s = 10;
	check_ok(inspect_archive(i, a, &in, &m));
	close(place);
	check_ok(inspect_browse(i, a, &page, TEXT(""), &s));
	inspect_free(i);
	close(fd);
	arena_free(a);
}

/* A cache of one entry. */
struct one_entry {
	struct arena *arena;
	struct sha256 key;
	struct text bytes;
	int64_t age_us;
};

static struct text get_one(void *ctx, struct arena *a, const struct sha256 *key,
			   int64_t *ret_age_us)
{
	struct one_entry *c = ctx;

	*ret_age_us = c->age_us;
	return sha256_eq(&c->key, key) ? text_dup(a, c->bytes) : TEXT_NONE;
}

static void put_one(void *ctx, struct arena *a, const struct sha256 *key, struct text bytes)
{
	struct one_entry *c = ctx;

	(void)a;
	c->key = *key;
	c->bytes = text_dup(c->arena, bytes);
}

/* What was answered once needs no place; a refusal is remembered for a while. */
static void pages_are_answered_from_the_cache(void **state)
{
	struct arena *a = arena_new(0);
	struct config cfg = config_for_tests(a);
	struct one_entry cache = { .arena = a };
	char path[96];
	int fd = good_archive(), bad = memfd_create("bad", MFD_CLOEXEC), place;
	struct inspect_lines_in page = { .fd = fd, .name = TEXT("foo"), .version = TEXT("1.0.0") };
	struct inspect *i = inspect_new(&cfg, NULL);
	struct inspect_source s;

	(void)state;
	inspect_use_cache(i, &(struct inspect_cache){ get_one, put_one, &cache });
	check_ok(inspect_browse(i, a, &page, TEXT(""), &s));
	(void)snprintf(path, sizeof(path), "%s/lock/page-0", dir);
	place = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(place, LOCK_EX), 0);
	cfg.sandbox.wall_s = 1;
	check_ok(inspect_browse(i, a, &page, TEXT(""), &s));
	check_text(s.file.path, TEXT("src/lib.rs"));
	/* another question, another archive */
	check_err(inspect_browse(i, a, &page, TEXT("src"), &s), ERR_BUSY, "Service unavailable");
	page.sha.b[0]++;
	check_err(inspect_browse(i, a, &page, TEXT(""), &s), ERR_BUSY, "Service unavailable");
	/* what is kept and damaged is no answer of ours */
	page.sha.b[0]--;
	cache.bytes = TEXT("{\"verdict\":null}\n");
	check_err(inspect_browse(i, a, &page, TEXT(""), &s), ERR_INVALID, MALFORMED);

	assert_int_equal(flock(place, LOCK_UN), 0);
	cfg.sandbox.wall_s = 10;
	page.fd = bad;
	page.version = TEXT("1.0.1");
	check_err(inspect_browse(i, a, &page, TEXT(""), &s), ERR_INVALID, MALFORMED);
	assert_int_equal(flock(place, LOCK_EX), 0);
	cfg.sandbox.wall_s = 1;
	check_err(inspect_browse(i, a, &page, TEXT(""), &s), ERR_INVALID, MALFORMED);
	cache.bytes = TEXT("!"); /* as if it had died over it */
	check_err(inspect_browse(i, a, &page, TEXT(""), &s), ERR_INVALID, MALFORMED);
	cache.age_us = 3600 * (int64_t)US_PER_S;
	check_err(inspect_browse(i, a, &page, TEXT(""), &s), ERR_BUSY, "Service unavailable");
	close(place);
	inspect_free(i);
	close(fd);
	close(bad);
	arena_free(a);
}

static int remove_dir(void **state)
{
	static const char *const names[] = { "lock/inspect-0", "lock/inspect-1", "lock/page-0",
					     "lock/page-queue-0", "inspect.sock" };
	char path[96];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	(void)snprintf(path, sizeof(path), "%s/lock", dir);
	(void)rmdir(path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(executed_for_each_call),
		cmocka_unit_test(absent_helper_is_busy),
		cmocka_unit_test(served_by_a_socket),
		cmocka_unit_test(too_large_is_a_verdict),
		cmocka_unit_test(the_corpora_end_alike_inside),
		cmocka_unit_test(silence_ends_with_the_wall_clock),
		cmocka_unit_test(no_more_at_once_than_allowed),
		cmocka_unit_test(a_readme_it_dies_over_is_plain),
		cmocka_unit_test(garbage_is_no_request),
		cmocka_unit_test(pages_take_no_place_of_publishes),
		cmocka_unit_test(pages_are_answered_from_the_cache),
		cmocka_unit_test(an_answer_ends_while_another_waits),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
