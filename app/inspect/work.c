#include "app/inspect/work.h"

#include "app/base/arena.h"
#include "app/base/hash.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "app/inspect/advisories.h"
#include "app/inspect/answer.h"
#include "app/inspect/archive.h"
#include "app/inspect/browse.h"
#include "app/inspect/compare.h"
#include "app/inspect/crate_zip.h"
#include "app/inspect/lines.h"
#include "app/inspect/readme.h"
#include "app/inspect/source.h"
#include "app/inspect/tokens.h"
#include "app/inspect/vcs_info.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	WORK_MAX_FILE = 1024 * 1024, /* of WIRE_FILE; a README of a publish is smaller too */
	WORK_MAX_INPUT = 4 * 1024 * 1024,
	WORK_MAX_SOURCE = 32 * 1024 * 1024, /* one file whose lines are counted */
	WARM_UP_SORT = 4096,
};

static struct archive_in archive_of(const struct wire_request *r, int fd)
{
	return (struct archive_in){ .fd = fd,
				    .name = r->name,
				    .version = r->version,
				    .max_unpacked = r->max_unpacked,
				    .max_entries = r->max_entries };
}

static void do_archive(struct arena *a, const struct wire_request *r, int fd, struct jw *j)
{
	struct archive_in in = archive_of(r, fd);
	struct manifest m;
	const struct text *why = archive_judge(a, &in, &m);

	jw_text_or_null(j, "verdict", why ? *why : TEXT_NONE);
	if (!why)
		answer_write_manifest(j, "manifest", &m);
}

static void do_file(struct arena *a, const struct wire_request *r, int fd, struct jw *j)
{
	struct archive_in in = archive_of(r, fd);
	struct text bytes;
	uint64_t size;
	bool found,
		ok = browse_file(a, &in, r->path, SIZE_MAX, WORK_MAX_FILE, &bytes, &size, &found);

	jw_text_or_null(j, "text", ok && bytes.p ? source_text(a, bytes) : TEXT_NONE);
}

static bool is_counted(void *ctx, struct text path)
{
	(void)ctx;
	return lines_wants(path);
}

static void count(void *ctx, struct text path, struct text bytes)
{
	lines_file(ctx, path, bytes);
}

static void do_lines(struct arena *a, const struct wire_request *r, int fd, struct jw *j)
{
	struct archive_in in = archive_of(r, fd);
	struct lines *lines = lines_begin(a);
	struct archive_visitor v = { is_counted, count, lines, WORK_MAX_SOURCE };
	bool ok = archive_walk(a, &in, &v);

	jw_text_or_null(j, "verdict", ok ? TEXT_NONE : archive_malformed);
	if (ok)
		jw_raw(j, "linecounts", lines_json(lines));
}

/* All of fd, at most max bytes; what goes beyond is left. */
static struct text read_input(struct arena *a, int fd, size_t max)
{
	off_t size = lseek(fd, 0, SEEK_END);
	size_t n = 0;
	char *p;

	if (size < 0 || lseek(fd, 0, SEEK_SET) != 0)
		return TEXT("");
	if ((uint64_t)size < max)
		max = (size_t)size;
	p = arena_alloc(a, max);

	while (n < max) {
		ssize_t got = read(fd, p + n, max - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return (struct text){ p, n };
}

static void do_readme(struct arena *a, const struct wire_request *r, int fd, struct jw *j)
{
	struct readme_in in = { .text = read_input(a, fd, WORK_MAX_INPUT),
				.path = r->path.p ? r->path : TEXT("README.md"),
				.repository = r->repository,
				.path_in_vcs = r->path_in_vcs };
	bool plain;
	struct text html = readme_render(a, &in, &plain);

	jw_text(j, "html", html);
	jw_bool(j, "plain", plain);
}

/* ---- pages that show what was published */

/* What a page says of the language: that of our own tokenizers, or the one whose lines are counted. */
static struct text language_name(enum tokens_language l, struct text path)
{
	struct text own = tokens_language_name(l);

	return own.p ? own : lines_language(path);
}

/* The file that is shown: its members of the answer, and its bytes. */
static bool show_file(struct arena *a, const struct archive_in *in, const struct listing *all,
		      const struct listed_file *f, struct jw *j, struct buf *bytes)
{
	struct text content, text = TEXT("");
	enum source_kind kind = SOURCE_LARGE;
	enum tokens_language l = TOKENS_NONE;
	size_t before;

	if (!browse_listed(a, in, all, f, BROWSE_MAX_SHOWN, &content))
		return false;
	if (content.p) {
		kind = source_kind(content);
		l = tokens_language(f->path, content);
	}
	if (kind == SOURCE_TEXT)
		text = source_text(a, content);
	buf_add(bytes, text);
	before = bytes->n;
	if (text.n)
		tokens_write(bytes, content.n > BROWSE_MAX_COLOURED ? TOKENS_NONE : l, text);
	jw_text(j, "path", f->path);
	jw_u64(j, "size", f->size);
	jw_bool(j, "executable", f->executable);
	jw_u64(j, "kind", kind);
	jw_text_or_null(j, "language", language_name(l, f->path));
	jw_u64(j, "text", text.n);
	jw_u64(j, "tokens", bytes->n - before);
	return true;
}

static bool do_browse(struct arena *a, const struct wire_request *r, int fd, struct jw *j,
		      struct buf *bytes)
{
	struct archive_in in = archive_of(r, fd);
	const struct listed_file *f;
	struct listing l;

	if (!browse_list(a, &in, &l))
		return false;
	f = browse_find(&l, r->path);
	answer_write_files(bytes, l.files, l.n);
	jw_null(j, "verdict");
	jw_u64(j, "unlisted", l.unlisted);
	jw_u64(j, "files", bytes->n);
	jw_bool(j, "found", f != NULL);
	return !f || show_file(a, &in, &l, f, j, bytes);
}

static bool do_bytes(struct arena *a, const struct wire_request *r, int fd, struct jw *j,
		     struct buf *bytes)
{
	struct archive_in in = archive_of(r, fd);
	struct text content;
	uint64_t size;
	bool found;

	if (!browse_file(a, &in, r->path, SIZE_MAX, BROWSE_MAX_RAW, &content, &size, &found))
		return false;
	buf_add(bytes, content);
	jw_null(j, "verdict");
	jw_bool(j, "found", found);
	jw_u64(j, "size", size);
	jw_u64(j, "kind", content.p ? source_kind(content) : SOURCE_LARGE);
	return true;
}

static bool do_compare(struct arena *a, const struct wire_request *r, int fd, int second_fd,
		       struct jw *j, struct buf *bytes)
{
	struct archive_in old = archive_of(r, fd), new = archive_of(r, second_fd);
	struct comparison c;

	new.version = r->second_version;
	if (!compare_archives(a, &old, &new, r->path, &c))
		return false;
	answer_write_compared(bytes, c.files, c.n);
	jw_null(j, "verdict");
	jw_u64(j, "same", c.same);
	jw_u64(j, "more", c.more);
	return true;
}

/* Where the package lies in its repository, as cargo wrote it down; "" where it did not. */
static struct text path_in_vcs(struct arena *a, const struct archive_in *in,
			       const struct listing *l)
{
	const struct listed_file *f = browse_find(l, TEXT(".cargo_vcs_info.json"));
	struct text json;

	return f && browse_listed(a, in, l, f, WORK_MAX_FILE, &json) && json.p
		       ? vcs_info_path(a, json)
		       : TEXT("");
}

static bool do_changelog(struct arena *a, const struct wire_request *r, int fd, struct jw *j,
			 struct buf *bytes)
{
	struct archive_in in = archive_of(r, fd);
	struct readme_in readme = { .repository = r->repository };
	const struct listed_file *f;
	struct listing l;
	bool plain = false;

	if (!browse_list(a, &in, &l))
		return false;
	f = browse_changelog(&l);
	if (f && !browse_listed(a, &in, &l, f, WORK_MAX_FILE, &readme.text))
		return false;
	if (readme.text.p) {
		readme.text = source_text(a, readme.text);
		readme.path = f->path;
		readme.path_in_vcs = path_in_vcs(a, &in, &l);
		buf_add(bytes, readme_render(a, &readme, &plain));
	}
	jw_null(j, "verdict");
	jw_text_or_null(j, "path", readme.path);
	jw_bool(j, "plain", plain);
	return true;
}

static bool do_zip(struct arena *a, const struct wire_request *r, int fd, int second_fd,
		   struct jw *j, struct buf *bytes)
{
	struct archive_in in = archive_of(r, fd);
	enum crate_zip_result result;

	in.max_entries = 0;
	if (second_fd < 0)
		return false;
	result = crate_zip(a, &in, second_fd, (int64_t)r->max_entries, bytes);
	jw_null(j, "verdict");
	jw_bool(j, "full", result == CRATE_ZIP_NO_ROOM);
	return result != CRATE_ZIP_MALFORMED;
}

static bool do_advisories(struct arena *a, const struct wire_request *r, int fd, struct jw *j)
{
	jw_null(j, "verdict");
	if (r->op == WIRE_ADVISORIES)
		return advisories_of_archive(a, fd, r->max_entries, j);
	advisories_of_files(read_input(a, fd, ADVISORY_FILES_MAX), r->max_entries, j);
	return true;
}

/* What can't be read, or is more than anybody will read: as for a helper that died over it. */
static struct work_answer malformed(struct arena *a)
{
	return (struct work_answer){ .json = text_fmt(a, "{\"verdict\":\"%.*s\",\"text\":null}",
						      TEXT_F(archive_malformed)) };
}

struct work_answer work_do(struct arena *a, const struct wire_request *r, int fd, int second_fd)
{
	struct buf b = buf_init(a, WIRE_MAX_ANSWER), bytes = buf_init(a, WIRE_MAX_BYTES);
	struct jw j = jw_init(&b);
	bool ok = true;

	jw_object(&j, NULL);
	switch (r->op) {
	case WIRE_ARCHIVE:
		do_archive(a, r, fd, &j);
		break;
	case WIRE_FILE:
		do_file(a, r, fd, &j);
		break;
	case WIRE_README:
		do_readme(a, r, fd, &j);
		break;
	case WIRE_LINES:
		do_lines(a, r, fd, &j);
		break;
	case WIRE_BROWSE:
		ok = do_browse(a, r, fd, &j, &bytes);
		break;
	case WIRE_BYTES:
		ok = do_bytes(a, r, fd, &j, &bytes);
		break;
	case WIRE_COMPARE:
		ok = do_compare(a, r, fd, second_fd, &j, &bytes);
		break;
	case WIRE_CHANGELOG:
		ok = do_changelog(a, r, fd, &j, &bytes);
		break;
	case WIRE_ZIP:
		ok = do_zip(a, r, fd, second_fd, &j, &bytes);
		break;
	case WIRE_ADVISORIES:
	case WIRE_ADVISORY_FILES:
		ok = do_advisories(a, r, fd, &j);
		break;
	}
	if (!ok)
		return malformed(a);
	jw_end(&j);
	if (!buf_ok(&b) || !buf_ok(&bytes))
		return malformed(a);
	return (struct work_answer){ buf_text(&b), bytes.n ? buf_text(&bytes) : TEXT_NONE };
}

void work_warm_up(void)
{
	static struct text
		many[WARM_UP_SORT]; /* qsort asks for the size of memory when it needs some */
	struct arena *a = arena_new(0);
	struct archive_in in = { .name = TEXT("a"),
				 .version = TEXT("1.0.0"),
				 .max_unpacked = 1024 };
	struct manifest_draft *draft;
	struct readme_in readme = { .text = TEXT("# a\n\n<p>b</p> `c` [d](e) | f\n"),
				    .path = TEXT("a.md") };
	struct manifest m;
	int64_t us;
	bool plain;

	qsort(many, ARRAY_SIZE(many), sizeof(many[0]), text_cmp_qsort);
	(void)sha256_of(TEXT("a"));
	(void)time_parse_date(TEXT("2026-01-31"), &us); /* reads the time zones */
	(void)vcs_info_path(a, TEXT("{\"path_in_vcs\":\"a\"}"));
	(void)manifest_read(a, TEXT("a = 1.5\n[package]\nname = 1.5"), &draft);
	(void)readme_render(a, &readme, &plain);
	in.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	(void)archive_judge(a, &in, &m);
	if (in.fd >= 0)
		(void)close(in.fd);
	arena_free(a);
}
