/* Advisories of a database of such, taken into the table: by the job that mirrors one, and by `cratehouse import advisories`. */
#pragma once

#include "app/base/err.h"
#include "db/advisory_write.h"

struct app;

#define ADVISORIES_RUSTSEC TEXT("rustsec") /* the source that the job fills */

struct advisories_take {
	struct text bytes; /* a .tar.gz, or */
	bool files;        /* pairs of path, NUL, text, NUL (app/inspect/client.h) */
	struct text source;
	const struct mirror_row *mirror; /* NULL: not from another machine */
	bool careful; /* refuse what has less than half of what is here: more likely a mistake than a purge */
};

struct advisories_taken {
	struct advisories_out rows;
	struct texts
		complaints; /* "crates/NAME/ID.md: why it cannot be read"; what was known of these stays */
};

/* All or nothing. ERR_INVALID: the bytes are no such database, or one without a readable advisory. arena */
const struct err *must_use advisories_take(const struct app *app, struct arena *a,
					   const struct advisories_take *in,
					   struct advisories_taken *ret);
