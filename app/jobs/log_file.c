#include "app/jobs/log_file.h"

#include "app/base/arena.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)

enum { HEAD_MAX_BYTES = 4096, ENTRIES_MAX = 100000 };

static const struct err *open_at(struct arena *a, int dir, const char *name, struct log_file *ret)
{
	struct stat st;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	*ret = (struct log_file){ .fd = -1 };
	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0 && errno == EACCES)
		return err_new(a, ERR_INVALID,
			       "downloads.log: %s may not be read by the user that runs jobs",
			       name);
	if (fd < 0)
		return err_errno(a, errno, "downloads.log: open %s", name);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return err_new(a, ERR_INVALID, "downloads.log: %s is no plain file", name);
	}
	*ret = (struct log_file){ fd, (uint64_t)st.st_dev, (uint64_t)st.st_ino,
				  (uint64_t)st.st_size,
				  (int64_t)st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec };
	return NULL;
}

const struct err *log_file_open(struct arena *a, struct text path, struct log_file *ret)
{
	return open_at(a, AT_FDCWD, text_z(a, path), ret);
}

void log_file_close(struct log_file *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
}

const struct err *log_file_read(struct arena *a, const struct log_file *f, uint64_t from, char *p,
				size_t n, size_t *ret_n)
{
	size_t at = 0;
	ssize_t got = 1;

	while (at < n && got) {
		got = pread(f->fd, p + at, n - at, (off_t)(from + at));
		if (got < 0 && errno != EINTR)
			return err_errno(a, errno, "downloads.log: read");
		at += got > 0 ? (size_t)got : 0;
	}
	*ret_n = at;
	return NULL;
}

bool log_file_head(const struct log_file *f, size_t n, struct sha256 *ret)
{
	char head[HEAD_MAX_BYTES];

	BUG_ON(n > sizeof(head));
	if (pread(f->fd, head, n, 0) != (ssize_t)n)
		return false;
	*ret = sha256_of((struct text){ head, n });
	return true;
}

bool log_file_is(const struct log_file *f, uint64_t inode, size_t head_bytes,
		 const struct sha256 *head)
{
	struct sha256 is;

	return f->fd >= 0 && f->inode == inode && log_file_head(f, head_bytes, &is) &&
	       sha256_eq(&is, head);
}

/* The folder and the name in it; a path is absolute. */
static DIR *folder_of(struct arena *a, struct text path, const char **ret_name)
{
	char *z = text_z(a, path), *slash = strrchr(z, '/');

	*ret_name = slash + 1;
	if (slash == z)
		return opendir("/");
	*slash = '\0';
	return opendir(z);
}

const struct err *log_file_find(struct arena *a, struct text path, uint64_t inode,
				size_t head_bytes, const struct sha256 *head, struct log_file *ret)
{
	const struct err *e = NULL;
	const struct dirent *entry;
	const char *name;
	DIR *dir = folder_of(a, path, &name);
	struct log_file f = { .fd = -1 };

	*ret = f;
	if (!dir)
		return err_errno(a, errno, "downloads.log: the folder of %.*s", TEXT_F(path));
	for (size_t i = 0; !e && ret->fd < 0 && i < ENTRIES_MAX && (entry = readdir(dir)); i++) {
		if (strncmp(entry->d_name, name, strlen(name)) != 0 || entry->d_ino != inode)
			continue;
		e = open_at(a, dirfd(dir), entry->d_name, &f);
		if (!e && log_file_is(&f, inode, head_bytes, head))
			*ret = f;
		else
			log_file_close(&f);
	}
	(void)closedir(dir);
	return e;
}

/* What rotation calls a file: "LOG.1", "LOG-20261128"; not what it has compressed. */
static bool is_rotated(const char *entry, const char *name)
{
	static const char *const endings[] = { ".gz", ".bz2", ".xz", ".zst", ".lz4" };
	struct text t = text_from(entry);

	if (!text_starts(t, text_from(name)) ||
	    (entry[strlen(name)] != '.' && entry[strlen(name)] != '-'))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (text_ends(t, text_from(endings[i])))
			return false;
	return true;
}

const struct err *log_file_after(struct arena *a, struct text path, int64_t mtime_ns,
				 struct log_file *ret)
{
	const struct err *e = NULL;
	const struct dirent *entry;
	const char *name;
	DIR *dir = folder_of(a, path, &name);
	struct log_file f = { .fd = -1 };

	*ret = f;
	if (!dir)
		return err_errno(a, errno, "downloads.log: the folder of %.*s", TEXT_F(path));
	for (size_t i = 0; !e && i < ENTRIES_MAX && (entry = readdir(dir)); i++) {
		if (!is_rotated(entry->d_name, name))
			continue;
		e = open_at(a, dirfd(dir), entry->d_name, &f);
		if (!e && f.fd >= 0 && f.mtime_ns > mtime_ns &&
		    (ret->fd < 0 || f.mtime_ns < ret->mtime_ns)) {
			log_file_close(ret);
			*ret = f;
		} else {
			log_file_close(&f);
		}
	}
	(void)closedir(dir);
	if (e)
		log_file_close(ret);
	return e;
}
