/*
 * DATA/cache. Each key has its place in one of 32 folders, and each folder an even share of cache.mb: so whoever puts
 * something makes room by a look into one folder, and nobody counts the whole. The time of access, set here on each hit
 * whatever the mount says, tells what goes first; that of the write stays. A file begins with the hash of the rest: nothing
 * is synced, so a crash may leave one without its end.
 */
#include "app/base/arena.h"
#include "app/base/time.h"
#include "app/storage/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ENTRY_PARTS = 4,  /* one entry takes this part of a folder's share at most */
	FILES_MAX = 8192, /* of a folder that are looked at; more go without a look */
	BLOCK_BYTES = 512,
	TOUCH_AFTER_US = 60 * 1000 * 1000, /* a hit is written down once a minute */
};

/* "1f/2b3c...": the folder and the name of a key. */
struct place {
	char folder[4], name[65];
};

static struct place place_of(const struct sha256 *key)
{
	struct storage_blob_name hex = storage_blob_name(key);
	struct place p;

	(void)snprintf(p.folder, sizeof(p.folder), "%02x",
		       (unsigned)key->b[0] % STORAGE_CACHE_FOLDERS);
	memcpy(p.name, hex.s, 2);
	memcpy(p.name + 2, hex.s + 3, sizeof(p.name) - 2);
	return p;
}

/* The folder of a place; -1 where there is none. The caller closes it. */
static int open_folder(struct storage *s, const struct place *p, bool make)
{
	if (s->cache < 0 || (make && mkdirat(s->cache, p->folder, 0700) != 0 && errno != EEXIST))
		return -1;
	return openat(s->cache, p->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int64_t us_of(struct timespec t)
{
	return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

/* The whole of an entry, checked; absent where it is damaged. */
static struct text read_entry(struct arena *a, int fd, int64_t *ret_age_us)
{
	const struct timespec now[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_OMIT } };
	struct text all, rest;
	struct sha256 sum;
	struct stat st;

	if (fstat(fd, &st) != 0 || storage_read_all(a, fd, SIZE_MAX / 2, &all) ||
	    all.n < sizeof(sum.b))
		return TEXT_NONE;
	rest = text_sub(all, sizeof(sum.b), all.n);
	sum = sha256_of(rest);
	if (memcmp(sum.b, all.p, sizeof(sum.b)) != 0)
		return TEXT_NONE;
	*ret_age_us = time_now_us() - us_of(st.st_mtim);
	if (time_now_us() - us_of(st.st_atim) > TOUCH_AFTER_US)
		(void)futimens(fd, now);
	return rest;
}

struct text storage_cache_get(struct storage *s, struct arena *a, const struct sha256 *key,
			      int64_t *ret_age_us)
{
	struct place p = place_of(key);
	int folder = open_folder(s, &p, false), fd;
	struct text ret = TEXT_NONE;

	if (folder < 0)
		return TEXT_NONE;
	fd = openat(folder, p.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0) {
		ret = read_entry(a, fd, ret_age_us);
		(void)close(fd);
		if (!ret.p)
			(void)unlinkat(folder, p.name, 0);
	}
	(void)close(folder);
	return ret;
}

/* ---- making room */

struct old_file {
	char name[65];
	int64_t used_us;
	uint64_t bytes;
};

static int used_cmp(const void *x, const void *y)
{
	const struct old_file *a = x, *b = y;

	return (a->used_us > b->used_us) - (a->used_us < b->used_us);
}

/* Removes what was used longest ago until three quarters of the share are left, where it is passed. */
static void trim_folder(struct storage *s, int folder)
{
	struct arena *scratch = arena_new(0);
	struct old_file *v = arena_array(scratch, FILES_MAX, sizeof(*v));
	int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;
	uint64_t total = 0;
	size_t n = 0;

	while (dir && (entry = readdir(dir))) {
		struct stat st;

		if (strlen(entry->d_name) != sizeof(v->name) - 1 ||
		    fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (n == FILES_MAX) {
			(void)unlinkat(folder, entry->d_name, 0);
			continue;
		}
		memcpy(v[n].name, entry->d_name, sizeof(v->name));
		v[n].used_us = us_of(st.st_atim);
		v[n].bytes = (uint64_t)st.st_blocks * BLOCK_BYTES;
		total += v[n++].bytes;
	}
	if (total > s->cache_share) {
		qsort(v, n, sizeof(*v), used_cmp);
		for (size_t i = 0; i < n && total > s->cache_share / 4 * 3; i++) {
			(void)unlinkat(folder, v[i].name, 0);
			total -= v[i].bytes;
		}
	}
	if (dir)
		(void)closedir(dir);
	else if (again >= 0)
		(void)close(again);
	arena_free(scratch);
}

void storage_cache_put(struct storage *s, struct arena *a, const struct sha256 *key,
		       struct text bytes)
{
	struct place p = place_of(key);
	struct sha256 sum;
	struct storage_new f;
	int folder;

	if (s->cache < 0 || bytes.n > s->cache_share / ENTRY_PARTS)
		return;
	folder = open_folder(s, &p, true);
	if (folder < 0 || storage_new_open(s, a, &f)) {
		if (folder >= 0)
			(void)close(folder);
		return;
	}
	sum = sha256_of(bytes);
	if (storage_write_all(a, f.fd, (struct text){ (const char *)sum.b, sizeof(sum.b) }) ||
	    storage_write_all(a, f.fd, bytes) || fchmod(f.fd, 0600) != 0 ||
	    renameat(s->tmp, f.name, folder, p.name) != 0) {
		storage_new_drop(s, &f);
	} else {
		(void)close(f.fd);
		trim_folder(s, folder);
	}
	(void)close(folder);
}
