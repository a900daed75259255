/*
 * What a registry says about a .crate: contract/publish.md 5 and 6, each check in its order with
 * its words (upstream: crates/crates_io_tarball/src/lib.rs, process_tarball). Runs in
 * cratehouse-inspect, on what a stranger sent.
 */
#pragma once

#include "app/registry/manifest.h"

struct arena;
struct tar;

enum {
	ARCHIVE_MAX_MANIFEST = 1024 * 1024
}; /* bytes of one Cargo.toml, and of .cargo_vcs_info.json */

struct archive_in {
	int fd; /* at its beginning; the caller's */
	struct text name, version;
	uint64_t max_unpacked; /* so many bytes are too many */
	uint64_t max_entries;  /* 0: no limit */
};

/* NULL and *ret (arena), or the sentence that refuses it (arena or constant). */
const struct text *archive_judge(struct arena *a, const struct archive_in *in,
				 struct manifest *ret);

struct archive_file {
	struct text path; /* below the root; borrowed for the call, as all of it */
	uint64_t size;
	bool executable;
	struct tar *tar; /* for tar_read of its data */
};

/*
 * Calls fn for each regular file in the archive's order, with an arena that lasts for the call, until it returns false.
 * False where the archive can't be read so far.
 */
bool archive_each(struct arena *a, const struct archive_in *in,
		  bool (*fn)(void *ctx, struct arena *of_one, const struct archive_file *f),
		  void *ctx);

struct archive_visitor {
	bool (*wants)(void *ctx,
		      struct text path); /* asked for each regular file; path is below the root */
	void (*take)(void *ctx, struct text path,
		     struct text bytes); /* both borrowed for the call */
	void *ctx;
	size_t max_bytes; /* a larger file is passed over */
};

/* The files of an archive that was judged before. False where it can't be read to its end. */
bool archive_walk(struct arena *a, const struct archive_in *in, const struct archive_visitor *v);

/*
 * Whether path (any bytes) is below `root/`, by its components: "//" and "/./" count as "/".
 * *ret_below is what is left, so normalised; "" for the root itself (arena). False for another
 * root, an absolute path, "..", what is no UTF-8, and a NUL, which no file name can have.
 */
bool archive_path(struct arena *a, struct text path, struct text root, struct text *ret_below);

/* The sentence for what is no archive, and for a helper that died over one. */
extern const struct text archive_malformed;
