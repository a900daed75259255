/* How often each version was downloaded on each day: what the lines of a log come to before they are written. */
#pragma once

#include "app/registry/download_log.h"

struct download_count {
	struct text name, version; /* valid by their grammars */
	int64_t day;               /* since 1970-01-01 UTC */
	uint64_t n;
};

struct download_tally; /* owned (free with download_tally_free) */

/* max: of how many different (name, version, day) it takes. */
struct download_tally *download_tally_new(size_t max);
void download_tally_free(struct download_tally *t); /* NULL is fine */

/* Counts one. False where it is full and has none of these three yet: then nothing is changed. */
bool must_use download_tally_add(struct download_tally *t, const struct download *d);

/* By name, version and day; valid until the next call of any of these. */
const struct download_count *download_tally_sorted(struct download_tally *t, size_t *ret_n);

/* Empty again. */
void download_tally_clear(struct download_tally *t);
