/*
 * The advisories in an archive of an advisory database, or in files of one, read and rendered. Runs in cratehouse-inspect;
 * what it answers is read again by answer_advisories.h.
 */
#pragma once

#include "app/inspect/answer_advisories.h"

struct jw;

enum {
	ADVISORIES_AT_ONCE = 500,                /* files of one answer */
	ADVISORIES_MAX_ANSWER = 2 * 1024 * 1024, /* bytes of JSON after which an answer ends */
	ADVISORIES_MAX_ONE =
		1024 * 1024, /* of one of them: a longer one says only why it is not told */
	ADVISORIES_MAX_UNPACKED = 512 * 1024 * 1024, /* of an archive */
};

/*
 * Add the members of an answer (work.h), from the advisory file with that number on: of a .tar.gz on fd, false where it cannot be
 * read so far; of pairs of path, NUL, text, NUL.
 */
bool advisories_of_archive(struct arena *a, int fd, uint64_t from, struct jw *j);
void advisories_of_files(struct text files, uint64_t from, struct jw *j);
