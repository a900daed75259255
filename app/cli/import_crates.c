/*
 * import crates: published archives as they are, for moving here from another registry. Archive, manifest, names and
 * requirements are checked, because readers depend on them; what concerns a publisher is not. May be repeated: a
 * version that is here with the same bytes is passed over.
 */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/semver.h"
#include "app/cli/commands.h"
#include "app/index/publish.h"
#include "app/index/settle.h"
#include "app/inspect/client.h"
#include "app/registry/name.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/crate.h"
#include "db/job.h"
#include "db/user.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 10 * 1000 * 1000 };

/* One file to take in; name and version are read off its name, and have to be those of its manifest. */
struct file {
	struct text path, name, version, canon;
	struct semver semver;
};

struct import {
	const struct app *app;
	struct arena *a; /* of one file: reset after it */
	uint64_t owner;
	uint64_t taken, known, failed;
	/* The crate in hand: it is settled once, after its last version. */
	char canon[64];
	size_t ncanon;
	uint64_t *jobs;
	size_t njobs;
};

/* "serde-1.0.0.crate": names have no dot, so the '-' is the last one before the first dot. */
static bool split_name(struct text path, struct file *f)
{
	struct text base = path;
	size_t dot, dash;

	while (text_has_byte(base, '/'))
		base = text_sub(base, text_find_byte(base, '/') + 1, base.n);
	if (!text_ends(base, TEXT(".crate")))
		return false;
	base.n -= sizeof(".crate") - 1;
	dot = text_find_byte(base, '.');
	for (dash = dot; dash > 0 && base.p[dash - 1] != '-'; dash--) {
	}
	if (dash == 0)
		return false;
	f->path = path;
	f->name = text_sub(base, 0, dash - 1);
	f->version = text_sub(base, dash, base.n);
	return name_is_valid(NAME_CRATE, f->name) && semver_parse(f->version, &f->semver);
}

static int by_crate_and_version(const void *pa, const void *pb)
{
	const struct file *a = pa, *b = pb;
	int c = text_cmp(a->canon, b->canon);

	return c ? c : semver_cmp_total(&a->semver, &b->semver);
}

/* ---- one file */

static const struct err *check_deps(struct arena *a, const struct manifest *m)
{
	const struct err *e = NULL;
	struct semver_req req;

	for (size_t i = 0; !e && i < m->ndeps; i++) {
		const struct manifest_dep *d = &m->deps[i];

		e = name_check(a, NAME_DEPENDENCY, d->name);
		if (!e && d->explicit_name.p)
			e = name_check(a, NAME_RENAMED, d->explicit_name);
		if (!e && !semver_req_parse(d->req, &req))
			e = err_new(a, ERR_INVALID, "\"%.*s\" is an invalid version requirement",
				    TEXT_F(d->req));
	}
	return e;
}

static const struct err *inspect(struct import *im, int fd, const struct file *f,
				 struct manifest *ret)
{
	const struct config *cfg = im->app->cfg;
	struct inspect_archive_in in = {
		.fd = fd,
		.name = f->name,
		.version = f->version,
		.max_unpacked = cfg->limits.unpacked_bytes,
		.max_entries = cfg->limits.tar_entries,
	};
	const struct err *e = inspect_archive(im->app->inspect, im->a, &in, ret);

	if (e)
		return e;
	if (!text_eq(ret->name, f->name) || !text_eq(ret->version, f->version))
		return err_new(im->a, ERR_INVALID, "the manifest is of `%.*s` %.*s",
			       TEXT_F(ret->name), TEXT_F(ret->version));
	return check_deps(im->a, ret);
}

/* Absent where the manifest names none, or it cannot be shown. */
static const struct err *read_readme(struct import *im, int fd, const struct file *f,
				     const struct manifest *m, struct text *ret)
{
	struct inspect_lines_in in = { .fd = fd, .name = f->name, .version = f->version };
	const struct err *e;

	*ret = TEXT_NONE;
	if (!m->readme.n)
		return NULL;
	e = inspect_file(im->app->inspect, im->a, &in, m->readme, ret);
	return err_is(e, ERR_NOT_FOUND) || err_is(e, ERR_INVALID) ? NULL : e;
}

static const struct err *hash_file(struct import *im, int fd, struct sha256 *ret,
				   uint64_t *ret_bytes)
{
	struct sha256_ctx *h = sha256_new();
	char p[16 * 1024];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, p, sizeof(p), at)) > 0) {
		sha256_add(h, (struct text){ p, (size_t)n });
		at += n;
	}
	*ret = sha256_end(h);
	*ret_bytes = (uint64_t)at;
	return n < 0 ? err_errno(im->a, errno, "read") : NULL;
}

/* Whether the version is here; ERR_EXISTS where it has other bytes. */
static const struct err *is_known(struct import *im, const struct file *f, const struct sha256 *sha,
				  uint64_t *ret_id, bool *ret)
{
	struct crate_row crate;
	struct version_row v;
	const struct err *e;

	*ret = false;
	e = db_crate_find(im->app->db, f->name, &crate, ret);
	if (e || !*ret)
		return e;
	e = db_version_by_num(im->app->db, crate.id, crate.name, f->version, &v);
	*ret = !e;
	if (err_is(e, ERR_NOT_FOUND))
		return NULL;
	if (!e)
		*ret_id = v.id;
	if (!e && !sha256_eq(&v.tar_sha256, sha))
		return err_new(im->a, ERR_EXISTS, "this version is here with other bytes");
	return e;
}

/* A version of a dump, which had no archives, gets its bytes; *ret_known is false then. */
static const struct err *complete(struct import *im, int fd, const struct file *f, uint64_t id,
				  const struct publish_in *in, bool *ret_known)
{
	struct storage *s = im->app->storage;
	const struct err *e;
	uint64_t bytes;

	if (storage_has_blob(s, &in->sha, &bytes))
		return NULL;
	e = storage_put_blob(s, im->a, fd, &in->sha, NULL);
	if (!e)
		e = db_version_bytes_came(im->app->db, id, in->bytes);
	if (!e)
		e = settle_crate(im->app, im->a, f->canon);
	*ret_known = e != NULL;
	return e;
}

static const struct err *take_open(struct import *im, int fd, const struct file *f,
				   struct publish_out *ret, bool *ret_known)
{
	struct publish_in in = { .user_id = im->owner, .import = true };
	struct manifest m = { 0 };
	uint64_t id = 0;
	const struct err *e = hash_file(im, fd, &in.sha, &in.bytes);

	if (!e)
		e = is_known(im, f, &in.sha, &id, ret_known);
	if (!e && *ret_known)
		return complete(im, fd, f, id, &in, ret_known);
	if (e)
		return e;
	e = inspect(im, fd, f, &m);
	if (!e)
		e = read_readme(im, fd, f, &m, &in.readme);
	if (e)
		return e;
	in.manifest = &m;
	in.readme_file = m.readme;
	return publish_rows(im->app, im->a, fd, &in, ret);
}

static const struct err *take(struct import *im, const struct file *f, struct publish_out *ret,
			      bool *ret_known)
{
	int fd = open(text_z(im->a, f->path), O_RDONLY | O_CLOEXEC);
	const struct err *e;

	if (fd < 0)
		return err_errno(im->a, errno, "open");
	e = take_open(im, fd, f, ret, ret_known);
	(void)close(fd);
	return e;
}

/* ---- all files */

/* What was committed of the crate in hand becomes visible; a failure leaves it to the jobs. */
static void settle_last(struct import *im)
{
	struct text canon = { im->canon, im->ncanon };
	const struct err *e = NULL;

	if (im->njobs) {
		e = settle_crate(im->app, im->a, canon);
		for (size_t i = 0; !e && i < im->njobs; i++)
			e = db_job_delete(im->app->db, im->jobs[i]);
		if (e)
			(void)cli_fail(e);
	}
	im->njobs = 0;
	im->ncanon = 0;
}

static bool import_one(struct import *im, const struct file *f)
{
	struct publish_out out = { 0 };
	bool known = false;
	const struct err *e;

	if (im->ncanon != f->canon.n || memcmp(im->canon, f->canon.p, f->canon.n) != 0)
		settle_last(im);
	arena_reset(im->a);
	e = take(im, f, &out, &known);
	if (e) {
		im->failed++;
		(void)cli_say("%.*s: %.*s%s%.*s", TEXT_F(f->path), TEXT_F(e->detail),
			      e->cause.n ? ": " : "", TEXT_F(e->cause));
		return !err_is(e, ERR_BUSY); /* the next one would fare no better */
	}
	if (known) {
		im->known++;
		return true;
	}
	im->taken++;
	if (!out.settle_job_id) /* of a dump, and settled */
		return true;
	memcpy(im->canon, f->canon.p, f->canon.n);
	im->ncanon = f->canon.n;
	im->jobs[im->njobs++] = out.settle_job_id;
	return true;
}

static struct file *list_files(struct cli *c, struct import *im, struct texts paths, size_t *ret_n)
{
	struct file *v = arena_array(c->arena, paths.n, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < paths.n; i++) {
		if (split_name(paths.v[i], &v[n])) {
			v[n].canon = canon_name(c->arena, v[n].name);
			n++;
			continue;
		}
		im->failed++;
		(void)cli_say("%.*s: not called NAME-VERSION.crate", TEXT_F(paths.v[i]));
	}
	if (n)
		qsort(v, n, sizeof(*v), by_crate_and_version);
	*ret_n = n;
	return v;
}

/* --owner, else the first administrator, else the first user. */
static const struct err *find_owner(struct import *im, struct arena *a, struct text login)
{
	struct user_row user, *v;
	const struct err *e;
	size_t n;

	if (login.p) {
		e = db_user_by_login(im->app->db, login, &user);
		if (!e)
			im->owner = user.id;
		return err_is(e, ERR_NOT_FOUND)
			       ? err_new(a, ERR_INVALID, "there is no user `%.*s`", TEXT_F(login))
			       : e;
	}
	e = db_user_list(im->app->db, 0, &v, &n);
	for (size_t i = 0; !e && i < n; i++)
		if (!im->owner || v[i].is_admin) {
			im->owner = v[i].id;
			if (v[i].is_admin)
				break;
		}
	return e;
}

static int import_crates(struct cli *c)
{
	struct import im = { .app = NULL };
	struct text owner = TEXT_NONE;
	const struct cli_option options[] = {
		{ "--owner", NULL, &owner, NULL },
		{ NULL, NULL, NULL, NULL },
	};
	struct texts paths;
	const struct err *e;
	struct file *files;
	size_t n;

	if (!cli_parse(c, options, 1, FILES_MAX, &paths))
		return 2;
	if (!cli_open(c))
		return 1;
	im.app = c->app;
	e = find_owner(&im, c->arena, owner);
	if (e)
		return cli_fail(e);
	files = list_files(c, &im, paths, &n);
	im.jobs = arena_array(c->arena, n, sizeof(*im.jobs));
	im.a = arena_new(0);
	db_use_arena(c->app->db, im.a);
	for (size_t i = 0; i < n && import_one(&im, &files[i]); i++) {
	}
	settle_last(&im);
	db_use_arena(c->app->db, c->arena);
	arena_free(im.a);
	(void)printf("%" PRIu64 " imported, %" PRIu64 " here already, %" PRIu64 " refused\n",
		     im.taken, im.known, im.failed);
	return im.failed ? 1 : 0;
}

const struct cli_command import_commands[] = {
	{ "import crates", "FILE.crate... [--owner LOGIN]",
	  "takes published archives as they are, for moving from another registry", import_crates },
	CLI_END,
};
