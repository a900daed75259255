/*
 * Writes a .zip (PKWARE's APPNOTE 6.3, without ZIP64) to a descriptor that can be sought: each file deflated at level 9, an empty
 * one stored, as contract/jobs.md 14 wants the zip archives of crates. Runs in cratehouse-inspect: the names are a stranger's.
 */
#pragma once

#include "app/base/hash.h"

struct arena;
struct zip;

struct zip_file {
	struct text path;
	uint64_t data_offset; /* of the (compressed) bytes, in the archive */
	uint64_t compressed, uncompressed;
	bool deflated;
	struct sha256 sha256; /* of what was put in */
};

enum zip_result {
	ZIP_OK,
	ZIP_TOO_LARGE, /* more files or bytes than a zip without ZIP64 holds */
	ZIP_FAILED,    /* the descriptor took no more: errno */
};

enum { ZIP_MAX_FILES = 65535, ZIP_MAX_PATH = 65535 };

/* arena. fd: empty, the caller's. mtime_s: the time of all files (UTC; from 1980 to 2107, else the nearest). */
struct zip *zip_new(struct arena *a, int fd, int64_t mtime_s);

/* One file: begin, its bytes in any pieces, end. path is kept by reference until zip_end. */
enum zip_result zip_begin(struct zip *z, struct text path);
enum zip_result zip_bytes(struct zip *z, const void *p, size_t n);
enum zip_result zip_file_end(struct zip *z);

/* The directory; then all is written. */
enum zip_result zip_end(struct zip *z);

/* After zip_end: what is in it, in the order in which it was put; arena. */
const struct zip_file *zip_files(const struct zip *z, size_t *ret_n);
