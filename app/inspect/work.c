#include "app/inspect/work.h"

#include "app/base/arena.h"
#include "app/base/jw.h"
#include "app/inspect/answer.h"
#include "app/inspect/archive.h"
#include "app/inspect/lines.h"
#include "app/inspect/readme.h"
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

/* Text as CommonMark takes it: U+FFFD for what is no UTF-8, and for NUL. */
static struct text clean_text(struct arena *a, struct text t)
{
	struct text rest = text_lossy(a, t), part;
	struct buf b = buf_init(a, rest.n * 3);

	while (text_cut(&rest, '\0', &part)) {
		buf_add(&b, part);
		if (rest.p)
			buf_add(&b, TEXT("\xef\xbf\xbd"));
	}
	return b.n > 0 ? buf_text(&b) : TEXT("");
}

/* The one file that was asked for; the last of several with that path, as they would be unpacked. */
struct wanted {
	struct arena *arena;
	struct text path, text;
};

static bool is_wanted(void *ctx, struct text path)
{
	const struct wanted *w = ctx;

	return text_eq(path, w->path);
}

static void take_wanted(void *ctx, struct text path, struct text bytes)
{
	struct wanted *w = ctx;

	(void)path;
	w->text = clean_text(w->arena, bytes);
}

static void do_file(struct arena *a, const struct wire_request *r, int fd, struct jw *j)
{
	struct archive_in in = archive_of(r, fd);
	struct wanted w = { a, r->path, TEXT_NONE };
	struct archive_visitor v = { is_wanted, take_wanted, &w, WORK_MAX_FILE };

	if (!archive_walk(a, &in, &v))
		w.text = TEXT_NONE;
	jw_text_or_null(j, "text", w.text);
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
	char *p = arena_alloc(a, max);
	size_t n = 0;

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

struct text work_do(struct arena *a, const struct wire_request *r, int fd)
{
	struct buf b = buf_init(a, WIRE_MAX_ANSWER);
	struct jw j = jw_init(&b);

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
	}
	jw_end(&j);
	if (buf_ok(&b))
		return buf_text(&b);
	/* More than anybody will read: as for a helper that died over it. */
	return text_fmt(a, "{\"verdict\":\"%.*s\",\"text\":null}", TEXT_F(archive_malformed));
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
	bool plain;

	qsort(many, ARRAY_SIZE(many), sizeof(many[0]), text_cmp_qsort);
	(void)vcs_info_path(a, TEXT("{\"path_in_vcs\":\"a\"}"));
	(void)manifest_read(a, TEXT("a = 1.5\n[package]\nname = 1.5"), &draft);
	(void)readme_render(a, &readme, &plain);
	in.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	(void)archive_judge(a, &in, &m);
	if (in.fd >= 0)
		(void)close(in.fd);
	arena_free(a);
}
