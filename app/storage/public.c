/* What the web server serves: DATA/public (links to blobs, small files) and DATA/index. */
#include "app/base/arena.h"
#include "app/base/fault.h"
#include "app/storage/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { SMALL_FILE_MAX = 256 * 1024 * 1024 };

/* ---- DATA/public/crates */

/* "NAME-VERSION.crate" of parts that were checked, or with another ending. */
static bool version_file(struct text name, struct text version, const char *ending,
			 char z[STORAGE_NAME_MAX + 1])
{
	int n = snprintf(z, STORAGE_NAME_MAX + 1, "%.*s-%.*s%s", TEXT_F(name), TEXT_F(version),
			 ending);
	char part[STORAGE_NAME_MAX + 1];

	return n > 0 && n <= STORAGE_NAME_MAX && storage_name_ok(name, part) &&
	       storage_name_ok(version, part);
}

static bool crate_file(struct text name, struct text version, char z[STORAGE_NAME_MAX + 1])
{
	return version_file(name, version, ".crate", z);
}

static const struct err *copy_blob(struct storage *s, struct arena *a, const char *blob, int dir,
				   const char *file)
{
	int from = openat(s->blobs, blob, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct storage_new f;
	const struct err *e;
	struct text bytes;

	if (from < 0)
		return storage_io(a, errno, "open blob", blob);
	e = storage_read_all(a, from, SMALL_FILE_MAX, &bytes);
	(void)close(from);
	if (e)
		return e;
	e = storage_new_open(s, a, &f);
	if (e)
		return e;
	e = storage_write_all(a, f.fd, bytes);
	if (e) {
		storage_new_drop(s, &f);
		return e;
	}
	return storage_new_publish(s, a, &f, dir, file);
}

/* The public name is some other file: a new link takes its place in one step. */
static const struct err *replace_link(struct storage *s, struct arena *a, const char *blob, int dir,
				      const char *file)
{
	char tmp[32] = "new-";
	int saved;

	random_alnum(tmp + 4, 20);
	if (linkat(s->blobs, blob, s->tmp, tmp, 0) != 0)
		return storage_io(a, errno, "link", file);
	saved = renameat(s->tmp, tmp, dir, file) == 0 ? 0 : errno;
	(void)unlinkat(s->tmp, tmp, 0); /* also where both were one file, and rename did nothing */
	return saved ? storage_io(a, saved, "rename to", file) : NULL;
}

static bool same_file(struct storage *s, const struct stat *blob, const struct stat *file)
{
	if (!S_ISREG(file->st_mode) || file->st_size != blob->st_size)
		return false;
	/* EMLINK makes a copy too: a blob with all the names it can have. */
	return s->no_links || blob->st_nlink > 30000 ||
	       (file->st_dev == blob->st_dev && file->st_ino == blob->st_ino);
}

static const struct err *link_one(struct storage *s, struct arena *a, const char *blob,
				  const struct stat *st, int dir, const char *file,
				  bool *ret_changed)
{
	struct stat old;

	*ret_changed = false;
	if (fstatat(dir, file, &old, AT_SYMLINK_NOFOLLOW) == 0) {
		if (same_file(s, st, &old))
			return NULL;
		*ret_changed = true;
		return s->no_links ? copy_blob(s, a, blob, dir, file)
				   : replace_link(s, a, blob, dir, file);
	}
	*ret_changed = true;
	if (s->no_links)
		return copy_blob(s, a, blob, dir, file);
	/* EEXIST: another process settles the same crate and was faster. */
	if (linkat(s->blobs, blob, dir, file, 0) == 0 || errno == EEXIST)
		return NULL;
	if (errno == EMLINK)
		return copy_blob(s, a, blob, dir, file);
	return storage_io(a, errno, "link", file);
}

static const struct err *link_all(struct storage *s, struct arena *a, struct text name, int dir,
				  const struct storage_link *v, size_t n, size_t *ret_changed)
{
	const struct err *missing = NULL;

	for (size_t i = 0; i < n; i++) {
		struct storage_blob_name blob = storage_blob_name(&v[i].sha);
		char file[STORAGE_NAME_MAX + 1];
		const struct err *e;
		struct stat st;
		bool changed;

		if (!crate_file(name, v[i].version, file))
			return err_new(a, ERR_INTERNAL, "not a name for a crate file: %.*s %.*s",
				       TEXT_F(name), TEXT_F(v[i].version));
		if (fstatat(s->blobs, blob.s, &st, AT_SYMLINK_NOFOLLOW) != 0) {
			if (errno != ENOENT)
				return storage_io(a, errno, "stat", blob.s);
			missing =
				err_new(a, ERR_NOT_FOUND, "blob %s of %s is missing", blob.s, file);
			continue;
		}
		e = link_one(s, a, blob.s, &st, dir, file, &changed);
		if (e)
			return e;
		*ret_changed += changed;
	}
	return missing;
}

const struct err *storage_link_crates(struct storage *s, struct arena *a, struct text name,
				      const struct storage_link *v, size_t n, size_t *ret_changed)
{
	char z[STORAGE_NAME_MAX + 1];
	const struct err *e, *e2;
	size_t changed = 0;
	int dir;

	if (!storage_name_ok(name, z))
		return err_new(a, ERR_INTERNAL, "not a crate name: %.*s", TEXT_F(name));
	e = storage_folder(a, s->crates, z, true, &dir);
	if (e)
		return e;
	e = link_all(s, a, name, dir, v, n, &changed);
	e2 = storage_sync(a, dir, z); /* who linked them may have died before he could */
	(void)close(dir);
	if (ret_changed)
		*ret_changed = changed;
	return e ? e : e2;
}

bool storage_is_linked(struct storage *s, struct text name, const struct storage_link *v)
{
	struct storage_blob_name blob = storage_blob_name(&v->sha);
	char z[STORAGE_NAME_MAX + 1], file[STORAGE_NAME_MAX + 1];
	struct stat b, f;
	bool r;
	int dir;

	if (!storage_name_ok(name, z) || !crate_file(name, v->version, file))
		return false;
	dir = openat(s->crates, z, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return false;
	r = fstatat(s->blobs, blob.s, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstatat(dir, file, &f, AT_SYMLINK_NOFOLLOW) == 0 && same_file(s, &b, &f);
	(void)close(dir);
	return r;
}

const struct err *storage_open_crate(struct storage *s, struct arena *a, struct text name,
				     struct text version, int *ret_fd)
{
	char z[STORAGE_NAME_MAX + 1], file[STORAGE_NAME_MAX + 1];
	const struct err *e;
	int dir, fd;

	if (!storage_name_ok(name, z) || !crate_file(name, version, file))
		return err_new(a, ERR_INTERNAL, "not a name for a crate file: %.*s %.*s",
			       TEXT_F(name), TEXT_F(version));
	e = storage_folder(a, s->crates, z, false, &dir);
	if (e)
		return e;
	fd = dir < 0 ? -1 : openat(dir, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (dir >= 0)
		(void)close(dir);
	if (fd < 0)
		return err_new(a, ERR_NOT_FOUND, "%s is missing", file);
	*ret_fd = fd;
	return NULL;
}

/* *ret_dir -1: there is no such folder, and none was to be made. */
static const struct err *open_folder_of(struct storage *s, struct arena *a, struct text name,
					bool make, char z[STORAGE_NAME_MAX + 1], int *ret_dir)
{
	if (!storage_name_ok(name, z))
		return err_new(a, ERR_INTERNAL, "not a crate name: %.*s", TEXT_F(name));
	return storage_folder(a, s->crates, z, make, ret_dir);
}

static const struct err *unlink_files(struct storage *s, struct arena *a, struct text name,
				      struct text version, const char *const *endings, size_t n)
{
	char z[STORAGE_NAME_MAX + 1], file[STORAGE_NAME_MAX + 1];
	const struct err *e;
	int dir;

	e = open_folder_of(s, a, name, false, z, &dir);
	if (e || dir < 0)
		return e;
	for (size_t i = 0; !e && i < n; i++) {
		if (version_file(name, version, endings[i], file))
			e = storage_remove(a, dir, file);
		else
			e = err_new(a, ERR_INTERNAL, "not a name for a crate file: %.*s %.*s",
				    TEXT_F(name), TEXT_F(version));
	}
	(void)close(dir);
	(void)unlinkat(s->crates, z, AT_REMOVEDIR); /* ENOTEMPTY most of the time */
	return e;
}

/* In the order in which they go. */
static const char *const endings[] = { STORAGE_ZIP_LIST, STORAGE_ZIP, ".crate" };

const struct err *storage_unlink_crate(struct storage *s, struct arena *a, struct text name,
				       struct text version)
{
	return unlink_files(s, a, name, version, endings, ARRAY_SIZE(endings));
}

const struct err *storage_unlink_zip(struct storage *s, struct arena *a, struct text name,
				     struct text version)
{
	return unlink_files(s, a, name, version, endings, ARRAY_SIZE(endings) - 1);
}

const struct err *storage_beside_crate(struct storage *s, struct arena *a, struct storage_new *f,
				       struct text name, struct text version, const char *ending)
{
	char z[STORAGE_NAME_MAX + 1], file[STORAGE_NAME_MAX + 1];
	const struct err *e;
	int dir = -1;

	e = open_folder_of(s, a, name, true, z, &dir);
	if (!e && !version_file(name, version, ending, file))
		e = err_new(a, ERR_INTERNAL, "not a name for a file: %.*s %.*s", TEXT_F(name),
			    TEXT_F(version));
	if (e)
		storage_new_drop(s, f);
	else
		e = storage_new_publish(s, a, f, dir, file);
	if (dir >= 0)
		(void)close(dir);
	return e;
}

/* ---- small files */

static const struct err *put_small(struct storage *s, struct arena *a, int root, struct text path,
				   struct text bytes, int64_t mtime_s)
{
	struct timespec at[2] = { { .tv_sec = mtime_s }, { .tv_sec = mtime_s } };
	char z[STORAGE_NAME_MAX + 1];
	struct storage_new f;
	const struct err *e;
	int dir;

	e = storage_path(a, root, path, true, &dir, z);
	if (e)
		return e;
	e = storage_new_open(s, a, &f);
	if (e) {
		(void)close(dir);
		return e;
	}
	e = storage_write_all(a, f.fd, bytes);
	if (!e && mtime_s && futimens(f.fd, at) != 0)
		e = storage_io(a, errno, "set the time of", z);
#ifdef ENABLE_FAULTS
	if (!e && root == s->index)
		e = fault_at(a, FAULT_SETTLE_BEFORE_RENAME);
#endif
	if (e)
		storage_new_drop(s, &f);
	else
		e = storage_new_publish(s, a, &f, dir, z);
	(void)close(dir);
	return e;
}

static const struct err *get_small(struct arena *a, int root, struct text path, struct text *ret,
				   int64_t *ret_mtime_s)
{
	char z[STORAGE_NAME_MAX + 1];
	const struct err *e;
	struct stat st;
	int dir, fd;

	e = storage_path(a, root, path, false, &dir, z);
	if (e)
		return e;
	fd = dir < 0 ? -1 : openat(dir, z, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (dir >= 0 && errno != ENOENT)
			e = storage_io(a, errno, "open", z);
		else
			*ret = TEXT_NONE;
	} else {
		e = storage_read_all(a, fd, SMALL_FILE_MAX, ret);
		if (!e && ret_mtime_s && fstat(fd, &st) == 0)
			*ret_mtime_s = st.st_mtim.tv_sec;
		(void)close(fd);
	}
	if (dir >= 0)
		(void)close(dir);
	return e;
}

static const struct err *unlink_small(struct arena *a, int root, struct text path)
{
	char z[STORAGE_NAME_MAX + 1];
	const struct err *e;
	int dir;

	e = storage_path(a, root, path, false, &dir, z);
	if (e || dir < 0)
		return e;
	e = storage_remove(a, dir, z);
	(void)close(dir);
	return e;
}

/* Crate files are links and nothing else writes there. */
static const struct err *not_crates(struct arena *a, struct text path)
{
	if (text_starts(path, TEXT("crates/")) || text_eq(path, TEXT("crates")))
		return err_new(a, ERR_INTERNAL, "not for public files: %.*s", TEXT_F(path));
	return NULL;
}

const struct err *storage_put_public(struct storage *s, struct arena *a, struct text path,
				     struct text bytes)
{
	const struct err *e = not_crates(a, path);

	return e ? e : put_small(s, a, s->pub, path, bytes, 0);
}

const struct err *storage_get_public(struct storage *s, struct arena *a, struct text path,
				     struct text *ret)
{
	return get_small(a, s->pub, path, ret, NULL);
}

const struct err *storage_public_done(struct storage *s, struct arena *a, struct storage_new *f,
				      struct text path)
{
	char z[STORAGE_NAME_MAX + 1];
	const struct err *e = not_crates(a, path);
	int dir = -1;

	if (!e)
		e = storage_path(a, s->pub, path, true, &dir, z);
	if (e) {
		storage_new_drop(s, f);
		return e;
	}
	e = storage_new_publish(s, a, f, dir, z);
	(void)close(dir);
	return e;
}

void storage_public_drop(struct storage *s, struct storage_new *f)
{
	storage_new_drop(s, f);
}

bool storage_public_is(struct storage *s, struct text path, uint64_t *ret_bytes,
		       int64_t *ret_mtime_s)
{
	char z[STORAGE_NAME_MAX + 1];
	struct stat st;

	if (!storage_name_ok(path, z) || fstatat(s->pub, z, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode))
		return false;
	*ret_bytes = (uint64_t)st.st_size;
	*ret_mtime_s = st.st_mtim.tv_sec;
	return true;
}

const struct err *storage_room(struct storage *s, struct arena *a, uint64_t *ret_free,
			       uint64_t *ret_all)
{
	struct statvfs st;

	if (fstatvfs(s->tmp, &st) != 0)
		return storage_io(a, errno, "statvfs", "tmp");
	*ret_free = (uint64_t)st.f_bavail * st.f_frsize;
	*ret_all = (uint64_t)st.f_blocks * st.f_frsize;
	return NULL;
}

const struct err *storage_get_text(struct storage *s, struct arena *a, struct text name,
				   struct text *ret)
{
	return get_small(a, s->texts, name, ret, NULL);
}

const struct err *storage_unlink_public(struct storage *s, struct arena *a, struct text path)
{
	const struct err *e = not_crates(a, path);

	return e ? e : unlink_small(a, s->pub, path);
}

/* Takes fd. */
static const struct err *empty_folder(struct arena *a, int fd, const char *name)
{
	DIR *d = fdopendir(fd);
	const struct err *e = NULL;
	struct dirent *at;

	if (!d) {
		(void)close(fd);
		return storage_io(a, errno, "read folder", name);
	}
	while (!e && (at = readdir(d)) != NULL)
		if (unlinkat(dirfd(d), at->d_name, 0) != 0 && errno != ENOENT && errno != EISDIR)
			e = storage_io(a, errno, "unlink", at->d_name);
	(void)closedir(d);
	return e;
}

const struct err *storage_drop_public(struct storage *s, struct arena *a, struct text path)
{
	char z[STORAGE_NAME_MAX + 1];
	int dir, folder;
	const struct err *e = storage_path(a, s->pub, path, false, &dir, z);

	if (e || dir < 0)
		return e;
	e = storage_folder(a, dir, z, false, &folder);
	if (!e && folder >= 0) {
		e = empty_folder(a, folder, z);
		(void)unlinkat(dir, z, AT_REMOVEDIR); /* ENOTEMPTY: it is used again already */
		if (!e)
			e = storage_sync(a, dir, z);
	}
	(void)close(dir);
	return e;
}

const struct err *storage_put_index(struct storage *s, struct arena *a, struct text path,
				    struct text bytes, int64_t mtime_s)
{
	if (!bytes.p)
		return unlink_small(a, s->index, path);
	return put_small(s, a, s->index, path, bytes, mtime_s);
}

const struct err *storage_get_index(struct storage *s, struct arena *a, struct text path,
				    struct text *ret, int64_t *ret_mtime_s)
{
	return get_small(a, s->index, path, ret, ret_mtime_s);
}

void storage_sync_later(struct storage *s, bool on)
{
	s->sync_later = on;
}

const struct err *storage_sync_index(struct storage *s, struct arena *a)
{
	if (syncfs(s->index) != 0)
		return storage_io(a, errno, "sync", "index");
	return NULL;
}
