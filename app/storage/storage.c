/* Opening the folders, and the steps that all writes are made of. */
#include "app/storage/storage.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/time.h"
#include "app/storage/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const struct err *storage_io(struct arena *a, int saved_errno, const char *what, const char *name)
{
	/* A limit on the size of files is a full disk to whoever waits for an answer. */
	if (saved_errno == EFBIG)
		saved_errno = EDQUOT;
	return err_errno(a, saved_errno, "%s %s", what, name);
}

bool storage_name_ok(struct text t, char z[STORAGE_NAME_MAX + 1])
{
	if (!t.p || t.n == 0 || t.n > STORAGE_NAME_MAX)
		return false;
	for (size_t i = 0; i < t.n; i++) {
		char c = t.p[i];

		/* '-' comes first in the index: aa/-b/aa-b */
		if (!char_is_alnum(c) && c != '_' && c != '-' && (i == 0 || (c != '.' && c != '+')))
			return false;
	}
	memcpy(z, t.p, t.n);
	z[t.n] = '\0';
	return true;
}

struct storage_blob_name storage_blob_name(const struct sha256 *sha)
{
	static const char digits[] = "0123456789abcdef";
	struct storage_blob_name r;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(sha->b); i++) {
		r.s[n++] = digits[sha->b[i] >> 4];
		r.s[n++] = digits[sha->b[i] & 15];
		if (i == 0)
			r.s[n++] = '/';
	}
	r.s[n] = '\0';
	return r;
}

/* ---- folders */

const struct err *storage_sync(struct arena *a, int fd, const char *name)
{
	/* EINVAL: a file system that has no fsync for folders, and needs none. */
	if (fsync(fd) != 0 && errno != EINVAL)
		return storage_io(a, errno, "fsync", name);
	return NULL;
}

const struct err *storage_folder(struct arena *a, int dir, const char *name, bool make, int *ret)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && make) {
		const struct err *e;

		if (mkdirat(dir, name, 0755) != 0 && errno != EEXIST)
			return storage_io(a, errno, "mkdir", name);
		e = storage_sync(a, dir, name);
		if (e)
			return e;
		fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	if (fd < 0 && (errno != ENOENT || make))
		return storage_io(a, errno, "open", name);
	*ret = fd;
	return NULL;
}

const struct err *storage_path(struct arena *a, int root, struct text path, bool make, int *ret,
			       char z[STORAGE_NAME_MAX + 1])
{
	struct text rest = path, part;
	int dir = fcntl(root, F_DUPFD_CLOEXEC, 3), next = -1;
	const struct err *e;

	if (dir < 0)
		return storage_io(a, errno, "dup", "folder");
	for (size_t i = 0; i < STORAGE_PATH_PARTS && text_cut(&rest, '/', &part); i++) {
		if (!storage_name_ok(part, z))
			break;
		if (!rest.p) {
			*ret = dir;
			return NULL;
		}
		e = storage_folder(a, dir, z, make, &next);
		(void)close(dir);
		if (e)
			return e;
		if (next < 0) {
			*ret = -1;
			return NULL;
		}
		dir = next;
	}
	(void)close(dir);
	return err_new(a, ERR_INTERNAL, "not a name for a file: %.*s", TEXT_F(path));
}

const struct err *storage_remove(struct arena *a, int dir, const char *name)
{
	if (unlinkat(dir, name, 0) != 0)
		return errno == ENOENT ? NULL : storage_io(a, errno, "unlink", name);
	return storage_sync(a, dir, name);
}

/* ---- new files */

const struct err *storage_public_begin(struct storage *s, struct arena *a, const char *kind,
				       struct storage_new *ret)
{
	for (int i = 0; i < 10; i++) {
		char random[21] = "";

		random_alnum(random, sizeof(random) - 1);
		(void)snprintf(ret->name, sizeof(ret->name), "%.15s-%s", kind, random);
		ret->fd = openat(s->tmp, ret->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		if (ret->fd >= 0)
			return NULL;
		if (errno != EEXIST)
			break;
	}
	return storage_io(a, errno, "create", ret->name);
}

const struct err *storage_new_open(struct storage *s, struct arena *a, struct storage_new *ret)
{
	return storage_public_begin(s, a, "new", ret);
}

void storage_new_drop(struct storage *s, struct storage_new *f)
{
	(void)close(f->fd);
	(void)unlinkat(s->tmp, f->name, 0);
}

const struct err *storage_new_publish(struct storage *s, struct arena *a, struct storage_new *f,
				      int dir, const char *name)
{
	const struct err *e = s->sync_later ? NULL : storage_sync(a, f->fd, f->name);

	if (!e && renameat(s->tmp, f->name, dir, name) != 0)
		e = storage_io(a, errno, "rename to", name);
	if (e) {
		storage_new_drop(s, f);
		return e;
	}
	(void)close(f->fd);
	return s->sync_later ? NULL : storage_sync(a, dir, name);
}

const struct err *storage_write_all(struct arena *a, int fd, struct text bytes)
{
	size_t at = 0;

	while (at < bytes.n) {
		ssize_t n = write(fd, bytes.p + at, bytes.n - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return storage_io(a, n < 0 ? errno : ENOSPC, "write", "file");
		at += (size_t)n;
	}
	return NULL;
}

const struct err *storage_read_all(struct arena *a, int fd, uint64_t max_bytes, struct text *ret)
{
	struct stat st;
	size_t n, at = 0;
	char *p;

	if (fstat(fd, &st) != 0)
		return storage_io(a, errno, "stat", "file");
	if (st.st_size < 0 || (uint64_t)st.st_size > max_bytes)
		return err_new(a, ERR_INTERNAL, "a file of %lld bytes is too large to read",
			       (long long)st.st_size);
	n = (size_t)st.st_size;
	p = arena_alloc(a, n + 1);
	while (at < n) {
		ssize_t got = pread(fd, p + at, n - at, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return storage_io(a, errno, "read", "file");
		if (got == 0)
			break;
		at += (size_t)got;
	}
	*ret = (struct text){ p, at };
	return NULL;
}

const struct err *storage_tmp(struct storage *s, struct arena *a, int *ret_fd)
{
	struct storage_new f;
	const struct err *e;
	int fd = openat(s->tmp, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0) {
		e = storage_new_open(s, a, &f);
		if (e)
			return e;
		(void)unlinkat(s->tmp, f.name, 0);
		fd = f.fd;
	}
	*ret_fd = fd;
	return NULL;
}

const struct err *storage_reopen_readonly(struct arena *a, int fd, int *ret_fd)
{
	char path[40];
	int r;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = open(path, O_RDONLY | O_CLOEXEC);
	/* A host without /proc: what a child might change is found when the bytes are hashed again. */
	if (r < 0 && (errno == ENOENT || errno == EACCES))
		r = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (r < 0)
		return storage_io(a, errno, "open again", path);
	*ret_fd = r;
	return NULL;
}

/* ---- locks */

const struct err *storage_lock(struct storage *s, struct arena *a, struct text name,
			       uint64_t wait_ms, int *ret_fd)
{
	char z[STORAGE_NAME_MAX + 1];
	uint64_t waited = 0;
	int fd;

	if (!storage_name_ok(name, z))
		return err_new(a, ERR_INTERNAL, "not a name for a lock: %.*s", TEXT_F(name));
	fd = openat(s->lock, z, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return storage_io(a, errno, "open lock", z);
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		struct timespec ten_ms = { .tv_sec = 0, .tv_nsec = 10 * 1000 * 1000 };

		if ((errno != EWOULDBLOCK && errno != EINTR) || waited >= wait_ms) {
			(void)close(fd);
			return err_because(a, ERR_BUSY, text_fmt(a, "lock %s is held", z),
					   "Service unavailable");
		}
		(void)nanosleep(&ten_ms, NULL);
		waited += 10;
	}
	*ret_fd = fd;
	return NULL;
}

void storage_unlock(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

/* ---- opening */

static bool folders_make(const char *path)
{
	char part[4096];
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof(part))
		return false;
	for (size_t i = 0; i < n; i++) {
		part[i] = path[i];
		part[i + 1] = '\0';
		if (i > 0 && (path[i + 1] == '/' || path[i + 1] == '\0') &&
		    mkdir(part, 0755) != 0 && errno != EEXIST)
			return false;
	}
	return true;
}

/* Whether files can have two names here: some network and FUSE file systems say no. */
static bool links_work(struct storage *s, struct arena *a)
{
	struct storage_new f;
	char other[sizeof(f.name) + 2];
	bool ok;

	if (storage_new_open(s, a, &f))
		return true; /* a full disk says nothing about links */
	(void)snprintf(other, sizeof(other), "%s.l", f.name);
	ok = linkat(s->tmp, f.name, s->tmp, other, 0) == 0 ||
	     (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS);
	(void)unlinkat(s->tmp, other, 0);
	storage_new_drop(s, &f);
	return ok;
}

static int folder_or_fail(int dir, const char *name)
{
	if (mkdirat(dir, name, 0755) != 0 && errno != EEXIST)
		return -1;
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* What web servers see of a public registry, and in DATA/private of a private one (config_served). */
static const char *const served[] = { "index", "public", "git" };

enum { LEFT_OVER = -2 };

/* Away with what is empty; false where something of that name is left. */
static bool none_left(int dir)
{
	bool none = true;

	for (size_t i = 0; i < ARRAY_SIZE(served); i++)
		none = (unlinkat(dir, served[i], AT_REMOVEDIR) == 0 || errno == ENOENT) && none;
	return none;
}

/*
 * The folder of those. What a registry had while it was public comes along when it becomes private; the other way round a person
 * has to say so by moving it, or a process that was started with an old configuration would show everything. -1 with errno; LEFT_OVER
 * where things are in both places, or would be open that were closed.
 */
static int served_folder(int data, const struct config *cfg)
{
	bool closed = cfg->registry.auth_required, clean;
	int inner = closed ? folder_or_fail(data, "private")
			   : openat(data, "private", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (inner < 0)
		return !closed && errno == ENOENT ? fcntl(data, F_DUPFD_CLOEXEC, 3) : -1;
	for (size_t i = 0; closed && i < ARRAY_SIZE(served); i++) /* of two processes one does it */
		(void)!renameat(data, served[i], inner, served[i]);
	clean = none_left(closed ? data : inner);
	if (closed && clean)
		return inner;
	(void)close(inner);
	return clean ? fcntl(data, F_DUPFD_CLOEXEC, 3) : LEFT_OVER;
}

/* Not served, so for nobody else's eyes. Without one all works, but slower. */
static int cache_folder(int data)
{
	int fd = folder_or_fail(data, "cache");

	if (fd >= 0)
		(void)fchmod(fd, 0700);
	return fd;
}

struct storage *storage_open(struct arena *a, const struct config *cfg, struct text *ret_why)
{
	static const char *const in_public[] = { "readmes", "rss", "dump", "archives" };
	const char *path = text_z(a, cfg->data.dir);
	struct storage *s = calloc(1, sizeof(*s));
	int data, shown = -1;

	BUG_ON(!s);
	*s = (struct storage){ .blobs = -1,
			       .pub = -1,
			       .crates = -1,
			       .index = -1,
			       .lock = -1,
			       .tmp = -1,
			       .texts = -1,
			       .cache = -1 };
	data = folders_make(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (data >= 0) {
		s->blobs = folder_or_fail(data, "blobs");
		shown = served_folder(data, cfg);
		s->pub = shown < 0 ? -1 : folder_or_fail(shown, "public");
		s->index = shown < 0 ? -1 : folder_or_fail(shown, "index");
		s->lock = folder_or_fail(data, "lock");
		s->tmp = folder_or_fail(data, "tmp");
		s->texts = folder_or_fail(data, "texts");
		s->crates = s->pub < 0 ? -1 : folder_or_fail(s->pub, "crates");
		if (cfg->cache.mb > 0)
			s->cache = cache_folder(data);
		s->cache_share = cfg->cache.mb * 1024 * 1024 / STORAGE_CACHE_FOLDERS;
		for (size_t i = 0; s->pub >= 0 && i < ARRAY_SIZE(in_public); i++)
			(void)mkdirat(s->pub, in_public[i], 0755);
	}
	if (shown == LEFT_OVER) {
		*ret_why = text_fmt(
			a,
			cfg->registry.auth_required
				? "%s: this registry is private (registry.auth_required), but "
				  "there "
				  "are index, public or git beside private/: move or remove them"
				: "%s: this registry was private: to open it "
				  "(registry.auth_required is "
				  "false), move index, public and git out of private/",
			path);
		storage_free(s);
		s = NULL;
	} else if (data < 0 || s->blobs < 0 || s->pub < 0 || s->index < 0 || s->lock < 0 ||
		   s->tmp < 0 || s->texts < 0 || s->crates < 0) {
		*ret_why = text_fmt(a, "%s: %s", path, strerror(errno));
		storage_free(s);
		s = NULL;
	} else {
		s->no_links = !links_work(s, a);
	}
	if (shown >= 0)
		(void)close(shown);
	if (data >= 0)
		(void)close(data);
	return s;
}

void storage_free(struct storage *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < 8; i++) {
		int fd = ((const int[]){ s->blobs, s->pub, s->crates, s->index, s->lock, s->tmp,
					 s->texts, s->cache })[i];

		if (fd >= 0)
			(void)close(fd);
	}
	free(s);
}
