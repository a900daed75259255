/* What the files of app/storage share; nobody else includes it. */
#pragma once

#include "app/storage/storage.h"

enum { STORAGE_NAME_MAX = 255, STORAGE_PATH_PARTS = 5, STORAGE_CACHE_FOLDERS = 32 };

struct storage {
	int blobs, pub, crates, index, lock, tmp, texts; /* descriptors of the folders */
	int cache;                                       /* -1: switched off */
	uint64_t cache_share;                            /* bytes of one of its folders */
	bool no_links; /* this file system has no hard links: copies then */
	bool sync_later;
};

/* A component of a path: [A-Za-z0-9_-] and then also . and +, at most 255 bytes. z is filled when it
 * is one. */
bool storage_name_ok(struct text t, char z[STORAGE_NAME_MAX + 1]);

const struct err *must_use storage_io(struct arena *a, int saved_errno, const char *what,
				      const char *name);

const struct err *must_use storage_new_open(struct storage *s, struct arena *a,
					    struct storage_new *ret);
void storage_new_drop(struct storage *s, struct storage_new *f);

/* fsync, rename to dir/name, fsync of dir; drops the file on failure. Closes it either way. */
const struct err *must_use storage_new_publish(struct storage *s, struct arena *a,
					       struct storage_new *f, int dir, const char *name);

const struct err *must_use storage_read_all(struct arena *a, int fd, uint64_t max_bytes,
					    struct text *ret);
const struct err *must_use storage_sync(struct arena *a, int fd, const char *name);

/* Opens (and makes, if asked) the folder name below dir; *ret is -1 where it is absent. The caller
 * closes it. */
const struct err *must_use storage_folder(struct arena *a, int dir, const char *name, bool make,
					  int *ret);

/* The folder of a path like "se/rd/serde" below root, and the last component in z. *ret -1: absent.
 */
const struct err *must_use storage_path(struct arena *a, int root, struct text path, bool make,
					int *ret, char z[STORAGE_NAME_MAX + 1]);

/* unlink; absent is success; the folder is fsynced when something went. */
const struct err *must_use storage_remove(struct arena *a, int dir, const char *name);

/* "ab/cdef..." */
struct storage_blob_name {
	char s[66];
};
struct storage_blob_name storage_blob_name(const struct sha256 *sha);
