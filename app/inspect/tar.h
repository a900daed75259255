/*
 * A tar archive inside one gzip member, walked header by header as cargo's reader does it:
 * alexcrichton/tar-rs (src/archive.rs, header.rs, pax.rs) and its sibling in crates.io,
 * astral-tokio-tar 0.6. What those two read alike is read the same way here; where they differ, the
 * entry is refused. Knows: ustar with prefix, GNU long names (L, K), pax headers for one entry (x:
 * path, size), old GNU sparse files (S), base-256 numbers. Does not judge names or types.
 */
#pragma once

#include "app/base/text.h"

struct arena;
struct tar;

enum tar_result {
	TAR_ENTRY,
	TAR_END, /* a block of zeros, or the end of the member on a block boundary */
	TAR_BAD, /* no gzip, no tar, cut off, a wrong checksum or trailer, or max_bytes reached */
};

struct tar_entry {
	struct text path;   /* as stored, any bytes; valid until the next tar_next */
	unsigned char type; /* '0' for a regular file, also where the header has NUL */
	uint64_t size;      /* bytes of data in the archive */
	bool executable;    /* by anybody; false where the mode is no number */
	bool sizes_differ;  /* a pax `size` that is not the one of the header */
};

/* arena. fd: a descriptor at its beginning, the caller's. max_bytes: so many unpacked bytes are too
 * many. */
struct tar *tar_new(struct arena *a, int fd, uint64_t max_bytes);

/* Skips what is left of the entry before. After TAR_END or TAR_BAD the answer stays the same. */
enum tar_result tar_next(struct tar *t, struct tar_entry *ret);

/* The next at most n bytes of the entry's data; *ret_n is 0 at its end. False: as TAR_BAD. */
bool must_use tar_read(struct tar *t, void *p, size_t n, size_t *ret_n);

/* The whole data of the entry (arena). *ret_too_big where it has more than max bytes: then nothing
 * was read. */
bool must_use tar_read_all(struct tar *t, struct arena *a, size_t max, struct text *ret,
			   bool *ret_too_big);

/* What Rust prints for the type, as in the contract: "Symlink", "Other(90)". */
struct tar_type_name {
	char s[24];
};
struct tar_type_name tar_type_name(unsigned char type);
