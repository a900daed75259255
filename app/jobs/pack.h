/*
 * Writes an archive of files to a descriptor, as they come: .tar.gz or .zip. libarchive is loaded at the first one; nobody else
 * sees its header.
 *
 * Failures: ERR_BUSY for a full disk, ERR_INTERNAL where there is no libarchive.so.13 or it cannot go on.
 */
#pragma once

#include "app/base/err.h"

enum pack_format { PACK_TAR_GZ, PACK_ZIP };

struct pack;

/* arena: it is given back with it. fd is borrowed and stays open. */
const struct err *must_use pack_new(struct arena *a, enum pack_format format, int fd,
				    struct pack **ret);

struct pack_file {
	const char *path;
	uint64_t bytes; /* exactly so many follow */
	int64_t mtime_s;
};
const struct err *must_use pack_file(struct pack *p, const struct pack_file *f);
const struct err *must_use pack_bytes(struct pack *p, struct text bytes); /* the next ones of it */

/* All is handed to the descriptor; it is not synced. */
const struct err *must_use pack_end(struct pack *p);
