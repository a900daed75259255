/* DATA/blobs/ab/cdef...: bytes under their SHA-256. Written once, never changed. */
#include "app/base/arena.h"
#include "app/base/fault.h"
#include "app/base/time.h"
#include "app/storage/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_PIECE = 256 * 1024, LOCK_WAIT_MS = 5000 };

/* One of 256, so that publishes of other bytes wait for nothing. */
static const struct err *lock_blob(struct storage *s, struct arena *a, const struct sha256 *sha,
				   int *ret_fd)
{
	return storage_lock(s, a, text_fmt(a, "blobs-%02x", sha->b[0]), LOCK_WAIT_MS, ret_fd);
}

/* Copies fd into the new file and says what the bytes hash to. */
static const struct err *copy_hashed(struct arena *a, int from, int to, struct sha256 *ret)
{
	struct sha256_ctx *h = sha256_new();
	char *p = arena_alloc(a, COPY_PIECE);
	const struct err *e = NULL;
	off_t at = 0;

	for (;;) {
		ssize_t n = pread(from, p, COPY_PIECE, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			e = storage_io(a, errno, "read", "upload");
		if (n <= 0)
			break;
		sha256_add(h, (struct text){ p, (size_t)n });
		e = storage_write_all(a, to, (struct text){ p, (size_t)n });
		if (e)
			break;
		at += n;
	}
	if (e)
		sha256_free(h);
	else
		*ret = sha256_end(h);
	return e;
}

/*
 * The blob is there with that length: its time moves on, so that a sweep or a take-back under way leaves it. Under the
 * lock of the blob.
 */
static const struct err *keep_existing(struct arena *a, int dir, const char *name, off_t size,
				       bool *ret_kept)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { 0 } };
	struct stat st;
	int64_t us;

	*ret_kept = false;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_size != size)
		return NULL;
	/* never the same time again: the clock that stamps files moves in steps of milliseconds */
	us = (int64_t)st.st_mtim.tv_sec * US_PER_S + st.st_mtim.tv_nsec / 1000 + 1;
	if (us < time_now_us())
		us = time_now_us();
	times[1] = (struct timespec){ .tv_sec = us / US_PER_S, .tv_nsec = us % US_PER_S * 1000 };
	if (utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW) != 0)
		return storage_io(a, errno, "touch", name);
	*ret_kept = true;
	return storage_sync(a, dir, name);
}

/* The bytes as a new file in DATA/tmp, proved to be what they should be. */
static const struct err *copy_new(struct storage *s, struct arena *a, int fd,
				  const struct sha256 *sha, const char *name,
				  struct storage_new *ret)
{
	struct sha256 got;
	const struct err *e = storage_new_open(s, a, ret);

	if (e)
		return e;
	e = copy_hashed(a, fd, ret->fd, &got);
	if (!e && !sha256_eq(&got, sha))
		e = err_new(a, ERR_INTERNAL, "the bytes for blob %s changed", name);
#ifdef ENABLE_FAULTS
	if (!e)
		e = fault_at(a, FAULT_PUBLISH_IN_BLOB);
#endif
	if (!e)
		e = storage_sync(a, ret->fd, name);
	if (e)
		storage_new_drop(s, ret);
	return e;
}

/* Gives the new file its name, unless another has come first: then that one is kept. Under the lock of the blob. */
static const struct err *name_new(struct storage *s, struct arena *a, struct storage_new *f,
				  int dir, const char *name, struct storage_blob_put *ret)
{
	struct stat st;
	const struct err *e;
	bool kept;

	if (fstat(f->fd, &st) != 0) {
		e = storage_io(a, errno, "stat", name);
		storage_new_drop(s, f);
		return e;
	}
	e = keep_existing(a, dir, name, st.st_size, &kept);
	if (e || kept) {
		storage_new_drop(s, f);
		return e;
	}
	e = storage_new_publish(s, a, f, dir, name);
	if (!e)
		*ret = (struct storage_blob_put){ true, (uint64_t)st.st_ino,
						  (int64_t)st.st_mtim.tv_sec * 1000000000 +
							  st.st_mtim.tv_nsec };
	return e;
}

static const struct err *put_in(struct storage *s, struct arena *a, int fd,
				const struct sha256 *sha, int dir, const char *name,
				struct storage_blob_put *ret)
{
	struct storage_new f;
	struct stat st;
	const struct err *e;
	bool kept;
	int lock = -1;

	if (fstat(fd, &st) != 0)
		return storage_io(a, errno, "stat", "upload");
	e = lock_blob(s, a, sha, &lock);
	if (e)
		return e;
	e = keep_existing(a, dir, name, st.st_size, &kept);
	storage_unlock(lock);
	if (e || kept)
		return e;
	e = copy_new(s, a, fd, sha, name, &f);
	if (e)
		return e;
	e = lock_blob(s, a, sha, &lock);
	if (e) {
		storage_new_drop(s, &f);
		return e;
	}
	e = name_new(s, a, &f, dir, name, ret);
	storage_unlock(lock);
	return e;
}

const struct err *storage_put_blob(struct storage *s, struct arena *a, int fd,
				   const struct sha256 *sha, struct storage_blob_put *ret)
{
	struct storage_blob_name name = storage_blob_name(sha);
	struct storage_blob_put put = { 0 };
	const struct err *e;
	int dir;

	name.s[2] = '\0';
	e = storage_folder(a, s->blobs, name.s, true, &dir);
	if (e)
		return e;
	e = put_in(s, a, fd, sha, dir, name.s + 3, &put);
	(void)close(dir);
	if (!e && ret)
		*ret = put;
	return e;
}

static const struct err *put_over(struct storage *s, struct arena *a, int fd,
				  const struct sha256 *sha, int dir, const char *name)
{
	struct storage_new f;
	const struct err *e = copy_new(s, a, fd, sha, name, &f);
	int lock = -1;

	if (e)
		return e;
	e = storage_lock(s, a, TEXT("blobs"), LOCK_WAIT_MS, &lock);
	if (e) {
		storage_new_drop(s, &f);
		return e;
	}
	e = storage_new_publish(s, a, &f, dir, name);
	storage_unlock(lock);
	return e;
}

const struct err *storage_restore_blob(struct storage *s, struct arena *a, int fd,
				       const struct sha256 *sha)
{
	struct storage_blob_name name = storage_blob_name(sha);
	const struct err *e;
	int dir;

	name.s[2] = '\0';
	e = storage_folder(a, s->blobs, name.s, true, &dir);
	if (e)
		return e;
	e = put_over(s, a, fd, sha, dir, name.s + 3);
	(void)close(dir);
	return e;
}

const struct err *storage_take_back_blob(struct storage *s, struct arena *a,
					 const struct sha256 *sha,
					 const struct storage_blob_put *put)
{
	struct storage_blob_name name = storage_blob_name(sha);
	const struct err *e;
	struct stat st;
	int lock = -1;

	if (!put->is_new)
		return NULL;
	e = lock_blob(s, a, sha, &lock);
	if (e)
		return e;
	if (fstatat(s->blobs, name.s, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_nlink == 1 &&
	    (uint64_t)st.st_ino == put->inode &&
	    (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec == put->mtime_ns &&
	    unlinkat(s->blobs, name.s, 0) != 0)
		e = storage_io(a, errno, "unlink", name.s);
	storage_unlock(lock);
	return e;
}

bool storage_has_blob(struct storage *s, const struct sha256 *sha, uint64_t *ret_bytes)
{
	struct storage_blob_name name = storage_blob_name(sha);
	struct stat st;

	if (fstatat(s->blobs, name.s, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return false;
	*ret_bytes = (uint64_t)st.st_size;
	return true;
}

const struct err *storage_open_blob(struct storage *s, struct arena *a, const struct sha256 *sha,
				    int *ret_fd)
{
	struct storage_blob_name name = storage_blob_name(sha);
	int fd = openat(s->blobs, name.s, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return err_new(a, ERR_NOT_FOUND, "blob %s is missing", name.s);
	if (fd < 0)
		return storage_io(a, errno, "open blob", name.s);
	*ret_fd = fd;
	return NULL;
}

const struct err *storage_sweep_blob(struct storage *s, struct arena *a, const struct sha256 *sha,
				     int64_t older_than_us, bool *ret_removed)
{
	struct storage_blob_name name = storage_blob_name(sha);
	const struct err *e;
	struct stat st;
	int lock = -1;

	*ret_removed = false;
	e = lock_blob(s, a, sha, &lock);
	if (e)
		return e;
	if (fstatat(s->blobs, name.s, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (int64_t)st.st_mtim.tv_sec * US_PER_S < older_than_us) {
		if (unlinkat(s->blobs, name.s, 0) == 0)
			*ret_removed = true;
		else
			e = storage_io(a, errno, "unlink", name.s);
	}
	storage_unlock(lock);
	return e;
}
