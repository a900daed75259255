/* The log of a web server as a file: what it is, whatever it is called, and where it went when it was renamed. */
#pragma once

#include "app/base/err.h"
#include "app/base/hash.h"

struct log_file {
	int fd; /* -1: there is none */
	uint64_t device, inode, size;
	int64_t mtime_ns;
};

/* For reading. A file that is not there is no error: fd is -1. ERR_INVALID for what is no plain file, or may not be read. */
const struct err *must_use log_file_open(struct arena *a, struct text path, struct log_file *ret);
void log_file_close(struct log_file *f); /* fd -1 is fine; then it is -1 */

/* SHA-256 of its first n bytes, at most 4,096; false where it has fewer. */
bool log_file_head(const struct log_file *f, size_t n, struct sha256 *ret);

/* Whether it has that inode and begins so. */
bool log_file_is(const struct log_file *f, uint64_t inode, size_t head_bytes,
		 const struct sha256 *head);

/*
 * The file of that inode and beginning among those in the folder of path whose names begin with its name ("LOG.1",
 * "LOG-20261128"): where rotation put it. fd -1: it is not there.
 */
const struct err *must_use log_file_find(struct arena *a, struct text path, uint64_t inode,
					 size_t head_bytes, const struct sha256 *head,
					 struct log_file *ret);

/*
 * The oldest of those files that was written to after that time and is not compressed; not the log itself. fd -1: there is none.
 */
const struct err *must_use log_file_after(struct arena *a, struct text path, int64_t mtime_ns,
					  struct log_file *ret);

/* n bytes from there, or fewer at its end: *ret_n. */
const struct err *must_use log_file_read(struct arena *a, const struct log_file *f, uint64_t from,
					 char *p, size_t n, size_t *ret_n);
