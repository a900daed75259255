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

/* One search among the files beside the log. */
struct search {
	struct arena *a;
	struct log_file *ret; /* fd -1: not found so far */
	uint64_t inode;
	size_t head_bytes;
	const struct sha256 *head;
	int64_t mtime_ns;
};

/* Each file of the log's folder whose name begins with the log's; fn may put what it opens into s->ret. */
static const struct err *search(struct search *s, struct text path,
				const struct err *(*fn)(struct search *s, int dir,
							const struct dirent *entry,
							const char *name))
{
	const struct err *e = NULL;
	const struct dirent *entry;
	const char *name;
	DIR *dir = folder_of(s->a, path, &name);

	*s->ret = (struct log_file){ .fd = -1 };
	if (!dir)
		return err_errno(s->a, errno, "downloads.log: the folder of %.*s", TEXT_F(path));
	for (size_t i = 0; !e && i < ENTRIES_MAX && (entry = readdir(dir)); i++)
		if (text_starts(text_from(entry->d_name), text_from(name)))
			e = fn(s, dirfd(dir), entry, name);
	(void)closedir(dir);
	if (e)
		log_file_close(s->ret);
	return e;
}

static const struct err *same_file(struct search *s, int dir, const struct dirent *entry,
				   const char *name)
{
	struct log_file f;
	const struct err *e;

	(void)name;
	if (s->ret->fd >= 0 || entry->d_ino != s->inode)
		return NULL;
	e = open_at(s->a, dir, entry->d_name, &f);
	if (!e && log_file_is(&f, s->inode, s->head_bytes, s->head))
		*s->ret = f;
	else
		log_file_close(&f);
	return e;
}

const struct err *log_file_find(struct arena *a, struct text path, uint64_t inode,
				size_t head_bytes, const struct sha256 *head, struct log_file *ret)
{
	struct search s = {
		.a = a, .ret = ret, .inode = inode, .head_bytes = head_bytes, .head = head
	};

	return search(&s, path, same_file);
}

/* What rotation calls a file: "LOG.1", "LOG-20261128"; not what it has compressed. */
static bool is_rotated(const char *entry, const char *name)
{
	static const char *const endings[] = { ".gz", ".bz2", ".xz", ".zst", ".lz4" };
	char next = entry[strlen(name)];

	if (next != '.' && next != '-')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (text_ends(text_from(entry), text_from(endings[i])))
			return false;
	return true;
}

static const struct err *older_file(struct search *s, int dir, const struct dirent *entry,
				    const char *name)
{
	struct log_file f;
	const struct err *e;

	if (!is_rotated(entry->d_name, name))
		return NULL;
	e = open_at(s->a, dir, entry->d_name, &f);
	if (err_is(e, ERR_INVALID)) /* perhaps none of ours */
		return NULL;
	if (!e && f.fd >= 0 && f.mtime_ns > s->mtime_ns &&
	    (s->ret->fd < 0 || f.mtime_ns < s->ret->mtime_ns)) {
		log_file_close(s->ret);
		*s->ret = f;
	} else {
		log_file_close(&f);
	}
	return e;
}

const struct err *log_file_after(struct arena *a, struct text path, int64_t mtime_ns,
				 struct log_file *ret)
{
	struct search s = { .a = a, .ret = ret, .mtime_ns = mtime_ns };

	return search(&s, path, older_file);
}
