/*
 * Fetching what another machine publishes, again and again: by a conditional request (RFC 9110 13), with time-outs and a largest
 * size, by app/outside/http.h. Whoever takes the bytes in writes ret->row in the same transaction (db_mirror_put): so the
 * condition is never newer than what is here, whatever fails in between.
 */
#pragma once

#include "app/jobs/kinds.h"
#include "db/mirror.h"

struct mirror {
	struct text name; /* of the row in mirrors */
	struct text url;
	size_t max_bytes;
	uint64_t total_s;
	uint64_t
		reader; /* edition of who takes it in: another one than last time asks without a condition */
};

struct mirror_got {
	bool unchanged; /* nothing is to be done */
	struct text body;
	struct mirror_row row;
};

/* ERR_BUSY where it could not be had: the job is tried again later. arena */
const struct err *must_use mirror_fetch(struct job_run *r, const struct mirror *m,
					struct mirror_got *ret);
