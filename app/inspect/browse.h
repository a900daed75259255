/* Looking into a published archive: the list of its files, and one of them. Runs in cratehouse-inspect. */
#pragma once

#include "app/inspect/answer_files.h"
#include "app/inspect/archive.h"

enum {
	BROWSE_MAX_FILES = 20000,           /* listed; the others are counted */
	BROWSE_MAX_PATHS = 2 * 1024 * 1024, /* bytes of all paths that are listed */
	BROWSE_MAX_SHOWN = 1024 * 1024,     /* a larger file is SOURCE_LARGE to browse_file */
	BROWSE_MAX_COLOURED = 512 * 1024,   /* a larger text has one plain token */
	BROWSE_MAX_RAW = 10 * 1024 * 1024 - 1024,
};

struct listing {
	struct listed_file
		*files; /* by path, each once: the last of several, as they would be unpacked */
	size_t *places; /* of each: how many regular files are before it in the archive */
	size_t n;
	uint64_t unlisted;
};

/* arena. False where the archive can't be read to its end. */
bool browse_list(struct arena *a, const struct archive_in *in, struct listing *ret);

/*
 * The file that a reader means by path: the file itself; for a folder (and "", the root) the one that a reader would open
 * first in it. NULL where there is neither.
 */
const struct listed_file *browse_find(const struct listing *l, struct text path);

/* The file in the root folder that tells what changed in each version, by its name: "CHANGELOG.md", "Changes.txt", ...; NULL
 * for none. */
const struct listed_file *browse_changelog(const struct listing *l);

/*
 * The bytes of the file with exactly that path, at most max (then absent; *ret_size is known). The last of several counts,
 * up to the one that has last_place files before it (SIZE_MAX: all are looked at). arena. False where the archive can't be
 * read so far; *ret_found whether there is one.
 */
bool browse_file(struct arena *a, const struct archive_in *in, struct text path, size_t last_place,
		 size_t max, struct text *ret, uint64_t *ret_size, bool *ret_found);

/* The same for a file of the list, from the archive's beginning. */
bool browse_listed(struct arena *a, const struct archive_in *in, const struct listing *l,
		   const struct listed_file *f, size_t max, struct text *ret);
