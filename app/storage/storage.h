/*
 * The bytes: DATA/blobs (by hash, not served), DATA/public (served as /static), DATA/index (served as /index),
 * DATA/tmp, DATA/lock; all on one file system. Names are checked against a grammar and opened below a directory
 * descriptor, never joined. Only settle (app/index) writes what is served.
 */
#pragma once

#include "app/base/err.h"
#include "app/base/hash.h"

struct config;
struct storage;

/* owned (free with storage_free). Makes the folders. NULL with *ret_why on failure (arena). */
struct storage *storage_open(struct arena *a, const struct config *cfg, struct text *ret_why);
void storage_free(struct storage *s);

/* A new file in DATA/tmp, already unlinked or removed at close; the descriptor is the caller's. Not above max_bytes. */
const struct err *must_use storage_tmp(struct storage *s, struct arena *a, int *ret_fd);

/*
 * The whole of fd (from offset 0) becomes the blob of that hash: copied or linked, fsynced with its folder. An existing
 * one with the same length is enough. ERR_BUSY for a full disk; nothing is left behind then.
 */
const struct err *must_use storage_put_blob(struct storage *s, struct arena *a, int fd, const struct sha256 *sha);

bool storage_has_blob(struct storage *s, const struct sha256 *sha, uint64_t *ret_bytes);
const struct err *must_use storage_open_blob(struct storage *s, struct arena *a, const struct sha256 *sha, int *ret_fd);

/* DATA/public/crates/NAME/NAME-VERSION.crate is a hard link to the blob; also when it is there already. */
const struct err *must_use storage_link_crate(struct storage *s, struct arena *a, struct text name,
					      struct text version, const struct sha256 *sha);
const struct err *must_use storage_unlink_crate(struct storage *s, struct arena *a, struct text name, struct text version);

/* Writes DATA/public/PATH (of a known grammar: readmes/NAME/NAME-VERSION.html, ...) by tmp + fsync + rename. */
const struct err *must_use storage_put_public(struct storage *s, struct arena *a, struct text path, struct text bytes);
const struct err *must_use storage_unlink_public(struct storage *s, struct arena *a, struct text path);

/* DATA/index/PATH with that mtime (whole seconds) by tmp + fsync + utimens + rename; absent bytes remove the file. */
const struct err *must_use storage_put_index(struct storage *s, struct arena *a, struct text path, struct text bytes,
					     int64_t mtime_s);
/* arena; ret absent when there is no such file. ret_mtime_s may be NULL. */
const struct err *must_use storage_get_index(struct storage *s, struct arena *a, struct text path, struct text *ret,
					     int64_t *ret_mtime_s);

/* flock on DATA/lock/NAME; released by storage_unlock, or when the process ends. */
const struct err *must_use storage_lock(struct storage *s, struct arena *a, struct text name, int *ret_fd);
void storage_unlock(int fd);
