/*
 * The bytes: DATA/blobs (by hash, not served), DATA/public (served as /static), DATA/index (served
 * as /index), DATA/tmp, DATA/lock, DATA/texts
 * (what an operator says instead of our own words); all on one file system. Names are checked against a grammar and
 * opened below a directory descriptor, never joined. Only settle (app/index) writes what is served.
 *
 * Failures: ERR_BUSY for a full disk (ENOSPC, EDQUOT, EFBIG) and a full table of files,
 * ERR_INTERNAL for the rest and for a name outside the grammar. After a failure nothing half
 * written is visible under any name but a file in DATA/tmp, and that is removed at once (or, after
 * a crash, by storage_sweep_tmp).
 */
#pragma once

#include "app/base/err.h"
#include "app/base/hash.h"

struct config;
struct storage;

/* owned (free with storage_free). Makes the folders. NULL with *ret_why on failure (arena). */
struct storage *storage_open(struct arena *a, const struct config *cfg, struct text *ret_why);
void storage_free(struct storage *s);

/* A new file in DATA/tmp without a name; the descriptor is the caller's. */
const struct err *must_use storage_tmp(struct storage *s, struct arena *a, int *ret_fd);

/* A second descriptor of fd that can only read (where there is /proc): what a sandboxed child is given. The
 * caller closes it. */
const struct err *must_use storage_reopen_readonly(struct arena *a, int fd, int *ret_fd);

/* What storage_put_blob did, for storage_take_back_blob. */
struct storage_blob_put {
	bool is_new; /* else it was there already */
	uint64_t inode;
	int64_t mtime_ns;
};

/*
 * The whole of fd (from offset 0) becomes the blob of that hash, copied and fsynced with its
 * folder. The bytes are hashed once more on the way: others than sha are ERR_INTERNAL. An existing
 * one with the same length is enough. ret may be NULL.
 */
const struct err *must_use storage_put_blob(struct storage *s, struct arena *a, int fd,
					    const struct sha256 *sha, struct storage_blob_put *ret);

/*
 * The same for a blob that is damaged: what is there is replaced, whatever its length. ERR_INTERNAL where fd holds other
 * bytes than the hash says; then nothing changes.
 */
const struct err *must_use storage_restore_blob(struct storage *s, struct arena *a, int fd,
						const struct sha256 *sha);

/*
 * Removes a blob that this process has put and that nobody else has put or linked since: what a refused publish does, so
 * that nothing is left of it. A blob that is not new is left.
 */
const struct err *must_use storage_take_back_blob(struct storage *s, struct arena *a,
						  const struct sha256 *sha,
						  const struct storage_blob_put *put);

bool storage_has_blob(struct storage *s, const struct sha256 *sha, uint64_t *ret_bytes);
/* ERR_NOT_FOUND where there is none. The caller closes it. */
const struct err *must_use storage_open_blob(struct storage *s, struct arena *a,
					     const struct sha256 *sha, int *ret_fd);

/* One version for storage_link_crates. */
struct storage_link {
	struct text version;
	struct sha256 sha;
};

/*
 * DATA/public/crates/NAME/NAME-VERSION.crate becomes a hard link to the blob, for each of them;
 * what is one already stays, what is another file is replaced. The folder is fsynced once.
 * ERR_NOT_FOUND: a blob is missing (the others are linked all the same).
 * ret_changed may be NULL.
 */
const struct err *must_use storage_link_crates(struct storage *s, struct arena *a, struct text name,
					       const struct storage_link *v, size_t n,
					       size_t *ret_changed);

/* Whether the public name is a link to (or, where links cannot be, a copy as long as) the blob. */
bool storage_is_linked(struct storage *s, struct text name, const struct storage_link *v);

/* ERR_NOT_FOUND where there is none. The caller closes it. */
const struct err *must_use storage_open_crate(struct storage *s, struct arena *a, struct text name,
					      struct text version, int *ret_fd);

/* With what was made beside it. Absent already is success. The folder of a crate goes with its last file. */
const struct err *must_use storage_unlink_crate(struct storage *s, struct arena *a,
						struct text name, struct text version);

/* What jobs make of a .crate stands beside it, under the same name with another ending. */
#define STORAGE_ZIP ".zip"
#define STORAGE_ZIP_LIST ".zip.json"
const struct err *must_use storage_unlink_zip(struct storage *s, struct arena *a, struct text name,
					      struct text version);

/* Writes DATA/public/PATH (readmes/NAME/NAME-VERSION.html, ...; not crates/) by tmp + fsync +
 * rename. */
const struct err *must_use storage_put_public(struct storage *s, struct arena *a, struct text path,
					      struct text bytes);
/* arena; ret absent when there is no such file. */
const struct err *must_use storage_get_public(struct storage *s, struct arena *a, struct text path,
					      struct text *ret);
const struct err *must_use storage_unlink_public(struct storage *s, struct arena *a,
						 struct text path);

/*
 * A file of DATA/public that is too large to be held, written by its descriptor: in DATA/tmp as KIND- and something, until
 * storage_public_done syncs it and it takes its place (or is gone, after a failure); fd is closed then, as by _drop.
 */
struct storage_new {
	int fd;
	char name[40];
};
const struct err *must_use storage_public_begin(struct storage *s, struct arena *a,
						const char *kind, struct storage_new *ret);
const struct err *must_use storage_public_done(struct storage *s, struct arena *a,
					       struct storage_new *f, struct text path);
void storage_public_drop(struct storage *s, struct storage_new *f);
/* Likewise DATA/public/crates/NAME/NAME-VERSION and that ending. */
const struct err *must_use storage_beside_crate(struct storage *s, struct arena *a,
						struct storage_new *f, struct text name,
						struct text version, const char *ending);
/* What a process that was killed has left of that kind; only while nobody writes one. */
const struct err *must_use storage_public_sweep(struct storage *s, struct arena *a,
						const char *kind);
const struct err *must_use storage_write_all(struct arena *a, int fd, struct text bytes);

/* False where there is no such file in DATA/public itself. */
bool storage_public_is(struct storage *s, struct text path, uint64_t *ret_bytes,
		       int64_t *ret_mtime_s);

/* Of the disk that DATA is on: what we may still write, and how much it holds. */
const struct err *must_use storage_room(struct storage *s, struct arena *a, uint64_t *ret_free,
					uint64_t *ret_all);

/* DATA/texts/NAME, which only the operator writes; arena, absent where there is no such file. */
const struct err *must_use storage_get_text(struct storage *s, struct arena *a, struct text name,
					    struct text *ret);

/*
 * The folder DATA/public/PATH with its files ("crates/serde", "readmes/serde"): what was served of a crate that was
 * deleted. Absent already is success. A folder in it is left, and then the folder itself.
 */
const struct err *must_use storage_drop_public(struct storage *s, struct arena *a,
					       struct text path);

/*
 * DATA/index/PATH with that mtime (whole seconds) by tmp + fsync + utimens + rename; absent bytes
 * remove the file. mtime_s 0: the time of the write.
 */
const struct err *must_use storage_put_index(struct storage *s, struct arena *a, struct text path,
					     struct text bytes, int64_t mtime_s);
/* arena; ret absent when there is no such file. ret_mtime_s may be NULL. */
const struct err *must_use storage_get_index(struct storage *s, struct arena *a, struct text path,
					     struct text *ret, int64_t *ret_mtime_s);

/*
 * While it is on, what is written is not synced one by one; whoever switches it on syncs before he relies on anything
 * being there after a power failure.
 */
void storage_sync_later(struct storage *s, bool on);
/* All that is written on the file system of DATA/index. */
const struct err *must_use storage_sync_index(struct storage *s, struct arena *a);

/*
 * flock on DATA/lock/NAME; released by storage_unlock, or when the process ends. Waits wait_ms at
 * most, then ERR_BUSY: a lock here only saves work, nothing is right or wrong by it.
 */
const struct err *must_use storage_lock(struct storage *s, struct arena *a, struct text name,
					uint64_t wait_ms, int *ret_fd);
void storage_unlock(int fd); /* -1 is fine */

/*
 * Walks for `fsck`: one entry at a time, nothing is held; fn may remove what it was shown. An error
 * of fn ends the walk and is returned. What is outside the grammar is shown with name absent and
 * only `path` set (below DATA).
 */
struct storage_entry {
	struct text path;    /* below DATA: "blobs/ab/cdef...", "index/se/rd/serde",
				"public/crates/x/x-1.0.0.crate" */
	struct sha256 sha;   /* of a blob, from its name */
	struct text name;    /* of a crate, from its folder; of an index file, its last component */
	struct text version; /* of a public crate file, and of what stands beside it */
	uint64_t bytes;
	int64_t mtime_s;
};

const struct err *must_use
storage_each_blob(struct storage *s, struct arena *a,
		  const struct err *(*fn)(void *ctx, const struct storage_entry *entry), void *ctx);
const struct err *must_use storage_each_index(
	struct storage *s, struct arena *a,
	const struct err *(*fn)(void *ctx, const struct storage_entry *entry), void *ctx);
const struct err *must_use storage_each_crate(
	struct storage *s, struct arena *a,
	const struct err *(*fn)(void *ctx, const struct storage_entry *entry), void *ctx);

/*
 * Removes a blob that no version names, if it is still older than that: a publish that finds its
 * bytes already there makes them young again, under the same lock.
 */
const struct err *must_use storage_sweep_blob(struct storage *s, struct arena *a,
					      const struct sha256 *sha, int64_t older_than_us,
					      bool *ret_removed);

/*
 * DATA/cache: what costs time to make again, by a key that changes with all it is made of; at most cache.mb in all, and what
 * was asked for longest ago goes first. Nothing here fails: what cannot be kept is made again.
 */
/* arena; absent where there is none. ret_age_us: since it was put. */
struct text storage_cache_get(struct storage *s, struct arena *a, const struct sha256 *key,
			      int64_t *ret_age_us);
/* An entry that is large for the whole (1 part in 128) is not kept. */
void storage_cache_put(struct storage *s, struct arena *a, const struct sha256 *key,
		       struct text bytes);

/* Removes files of DATA/tmp last written before that time; how many. */
const struct err *must_use storage_sweep_tmp(struct storage *s, struct arena *a,
					     int64_t older_than_us, size_t *ret_n);
