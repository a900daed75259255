/* Taking advisories in: all of one source at once, in one transaction. */
#pragma once

#include "db/advisory.h"
#include "db/mirror.h"

struct advisory_row {
	struct advisory
		v; /* informational to withdrawn_us, description and html as they are stored */
	struct text crate; /* its name in any spelling */
};

struct advisories_in {
	struct text source; /* "rustsec"; those of other sources stay as they are */
	const struct advisory_row *v;
	size_t n;
	struct texts kept; /* ids of such as cannot be read now: what is known of them stays */
	/* What the other machine said of them; NULL: they are not from one, so the next fetch is not conditional. */
	const struct mirror_row *mirror;
};

/* The name of the source's row in mirrors. arena */
struct text advisories_mirror(struct arena *a, struct text source);

struct advisories_out {
	uint64_t taken, removed;
	uint64_t foreign; /* not taken: another source has one of that id */
};

/*
 * Afterwards the source has exactly these (and those kept of which it had one). At most ADVISORIES_OF_SOURCE_MAX; more, and
 * with none at all ERR_INVALID: an empty database is a mistake of somebody.
 */
enum { ADVISORIES_OF_SOURCE_MAX = 100000 };
const struct err *must_use db_advisories_replace(struct db *db, const struct advisories_in *in,
						 struct advisories_out *ret);

/* How many a source has. */
const struct err *must_use db_advisories_count(struct db *db, struct text source, uint64_t *ret);

extern const struct db_stmt *const db_advisory_write_stmts[];
