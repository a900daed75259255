/* What two published archives of a crate differ in, file by file. Runs in cratehouse-inspect. */
#pragma once

#include "app/inspect/answer_files.h"
#include "app/inspect/archive.h"

enum {
	COMPARE_MAX_FILES = 1000,       /* changed ones that are listed; the others are counted */
	COMPARE_MAX_TEXT = 1024 * 1024, /* of one file; a larger one is SOURCE_LARGE */
	COMPARE_MAX_LOADED = 32 * 1024 * 1024, /* of all; what comes later is SOURCE_LARGE */
	COMPARE_FILE_LINES = 400,              /* of hunks, for one of several files */
	COMPARE_LINES = 3000,                  /* for all of them */
	COMPARE_BYTES = 400 * 1024,
	COMPARE_ONE_LINES = 20000, /* for the one file that was asked for */
	COMPARE_ONE_BYTES = 1024 * 1024,
};

struct comparison {
	struct compared_file *files; /* by path */
	size_t n;
	uint64_t same,
		more; /* unchanged files; changed ones beyond COMPARE_MAX_FILES, or with a path that is too long */
};

/* path: of the one file that is wanted; absent for all. arena. False where an archive can't be read to its end. */
bool compare_archives(struct arena *a, const struct archive_in *old, const struct archive_in *new,
		      struct text path, struct comparison *ret);
