/*
 * import advisories: those of a checkout of the RustSec advisory database, or of a .tar.gz of it, or of an operator's own that is
 * laid out like it. Afterwards the source has exactly these.
 */
#include "app/base/arena.h"
#include "app/cli/commands.h"
#include "app/inspect/client.h"
#include "app/jobs/advisories.h"
#include "app/server/app.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOURCE_MAX_BYTES = 32 };

struct import {
	struct arena *a;
	struct buf files; /* pairs of path, NUL, text, NUL */
};

static const struct err *read_fd(struct arena *a, int fd, struct buf *b)
{
	const size_t room = 64 * 1024;
	char *p = arena_alloc(a, room);
	ssize_t n;

	while ((n = read(fd, p, room)) != 0 && buf_ok(b)) {
		if (n < 0 && errno != EINTR)
			return err_errno(a, errno, "read");
		if (n > 0)
			buf_add(b, (struct text){ p, (size_t)n });
	}
	return NULL;
}

static const struct err *too_much(struct arena *a)
{
	return err_new(a, ERR_INVALID, "the advisories are more than %d MiB",
		       ADVISORY_FILES_MAX / 1024 / 1024);
}

/* ---- a checkout: crates/NAME/ID.md */

/* A NUL in the text would part it from its path: what is behind it is not taken. */
static const struct err *add_file(struct import *im, int dir, const char *name, struct text path)
{
	struct buf b = buf_init(im->a, ADVISORY_FILE_MAX + 64 * 1024);
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	const struct err *e;
	struct text t;

	if (fd < 0)
		return err_errno(im->a, errno, "%.*s", TEXT_F(path));
	e = read_fd(im->a, fd, &b);
	(void)close(fd);
	if (e)
		return e;
	t = buf_text(&b); /* of one that is too long so much that it will be refused */
	buf_add(&im->files, path);
	buf_byte(&im->files, '\0');
	buf_add(&im->files, text_sub(t, 0, text_find_byte(t, '\0')));
	buf_byte(&im->files, '\0');
	return buf_ok(&im->files) ? NULL : too_much(im->a);
}

/* Calls fn for each name in the folder below dir; one that is no folder is passed over. */
static const struct err *
each_name(struct import *im, int dir, const char *folder, struct text crate,
	  const struct err *(*fn)(struct import *im, int in, struct text crate, const char *name))
{
	int fd = openat(dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct err *e = NULL;
	struct dirent *d;
	DIR *all;

	if (fd < 0)
		return errno == ENOTDIR ? NULL : err_errno(im->a, errno, "%s", folder);
	all = fdopendir(fd);
	if (!all) {
		(void)close(fd);
		return err_errno(im->a, errno, "%s", folder);
	}
	while (!e && (d = readdir(all)))
		if (d->d_name[0] != '.')
			e = fn(im, fd, crate, d->d_name);
	(void)closedir(all);
	return e;
}

static const struct err *take_file(struct import *im, int in, struct text crate, const char *name)
{
	struct text path = text_fmt(im->a, "crates/%.*s/%s", TEXT_F(crate), name), package, id;

	return advisory_file_path(path, &package, &id) ? add_file(im, in, name, path) : NULL;
}

static const struct err *take_folder(struct import *im, int in, struct text none, const char *name)
{
	(void)none;
	return each_name(im, in, name, text_from(name), take_file);
}

/* ---- the command */

/* What there is at path, as advisories_take wants it. */
static const struct err *read_path(struct arena *a, struct text path, struct advisories_take *ret)
{
	struct import im = { .a = a, .files = buf_init(a, ADVISORY_FILES_MAX) };
	int fd = open(text_z(a, path), O_RDONLY | O_CLOEXEC);
	const struct err *e;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return err_errno(a, errno, "%.*s", TEXT_F(path));
	ret->files = S_ISDIR(st.st_mode);
	e = ret->files ? each_name(&im, fd, "crates", TEXT_NONE, take_folder)
		       : read_fd(a, fd, &im.files);
	(void)close(fd);
	if (!e && !buf_ok(&im.files))
		e = too_much(a);
	ret->bytes = buf_text(&im.files);
	return e;
}

static int import_advisories(struct cli *c)
{
	struct advisories_take take = { .source = ADVISORIES_RUSTSEC };
	struct advisories_taken taken;
	const struct cli_option options[] = {
		{ "--source", NULL, &take.source, NULL },
		{ NULL, NULL, NULL, NULL },
	};
	struct texts paths;
	const struct err *e;

	if (!cli_parse(c, options, 1, 1, &paths))
		return 2;
	if (!take.source.n || take.source.n > SOURCE_MAX_BYTES)
		return cli_usage(c);
	if (!cli_open(c))
		return 1;
	e = read_path(c->arena, paths.v[0], &take);
	if (!e)
		e = advisories_take(c->app, c->arena, &take, &taken);
	if (e)
		return cli_fail(e);
	for (size_t i = 0; i < taken.complaints.n; i++)
		(void)cli_say("%.*s", TEXT_F(taken.complaints.v[i]));
	(void)printf("%" PRIu64 " advisories, %" PRIu64 " removed, %zu not readable, %" PRIu64
		     " of another source left alone\n",
		     taken.rows.taken, taken.rows.removed, taken.complaints.n, taken.rows.foreign);
	return taken.complaints.n || taken.rows.foreign ? 1 : 0;
}

const struct cli_command import_advisories_commands[] = {
	{ "import advisories", "DIR|FILE.tar.gz [--source NAME]",
	  "takes security advisories, laid out as RustSec's database; --source: not those of "
	  "RustSec",
	  import_advisories },
	CLI_END,
};
