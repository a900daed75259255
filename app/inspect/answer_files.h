/*
 * Lists of files as the inspector answers them, in the bytes behind its JSON: written in the sandbox, read again outside
 * it as a stranger's input. One entry is its numbers with a blank behind each, its path (which holds no NUL), and a NUL.
 */
#pragma once

#include "app/base/buf.h"
#include "app/inspect/source.h"

enum { FILE_PATH_MAX = 1024 }; /* bytes; a file with a longer path is counted, not listed */

struct listed_file {
	struct text
		path; /* below the crate's root: UTF-8, no NUL, no "..", nothing empty between slashes */
	uint64_t size;
	bool executable;
};

void answer_write_files(struct buf *b, const struct listed_file *v, size_t n);

/* Takes only what the writer could have written; arena, the paths point into t. */
bool answer_read_files(struct arena *a, struct text t, struct listed_file **ret, size_t *ret_n);

/* What became of a file from one archive to another. */
enum file_change { FILE_ADDED, FILE_REMOVED, FILE_CHANGED, FILE_CHANGES };

struct compared_file {
	struct text path;
	enum file_change change;
	enum source_kind kind; /* SOURCE_TEXT: lines and hunks are known, but hunks_left */
	uint64_t old_size, new_size;
	uint64_t removed, added; /* lines */
	uint64_t hunks_left;     /* so many stand not in `hunks` */
	bool rough;              /* there may be a shorter way from one to the other */
	struct text hunks;       /* unified, without file names; UTF-8 */
};

void answer_write_compared(struct buf *b, const struct compared_file *v, size_t n);
bool answer_read_compared(struct arena *a, struct text t, struct compared_file **ret,
			  size_t *ret_n);
