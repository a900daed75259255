/*
 * Advisories as the inspector answers them: written in the sandbox, read again outside it as a stranger's input.
 */
#pragma once

#include "app/registry/advisory_file.h"

struct jw;
struct json_object;

enum { ADVISORY_FILES_MAX = 64 * 1024 * 1024 }; /* bytes of all files of a folder together */

struct advisory_answer {
	struct text
		why; /* what is wrong with it: then only file.id and .package are there; else absent */
	struct advisory_file file; /* of the description see html too */
	struct text html;          /* the description, safe as of inspect_readme */
};

void answer_write_advisory(struct jw *j, const struct advisory_answer *v);

/*
 * Takes only what the writer could have written; false for anything else. *ret_next: the number of the advisory file that the next
 * answer is to begin with, 0 where these were the last. arena
 */
bool answer_read_advisories(struct arena *a, struct json_object *answer,
			    struct advisory_answer **ret, size_t *ret_n, uint64_t *ret_next);
