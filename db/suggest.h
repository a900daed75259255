/*
 * Names of crates that begin with what somebody has typed so far, for the search field and for browsers (contract/web.md P71, 15.2).
 * Bounded whatever is typed: where many names begin so, those among the crates that are downloaded most; where few do, all of them.
 */
#pragma once

#include "db/db.h"

enum { SUGGESTIONS_MAX = 8 };

struct suggestion {
	struct text name, canon_name;
	struct opt_u64 downloads; /* of the last 90 days */
};

/*
 * The crate that is called so first, then those that are downloaded most; none that is yanked altogether. start has letters that
 * names have, in any spelling, and at least one. One query, or two.
 */
const struct err *must_use db_suggest(struct db *db, struct text start, struct suggestion **ret,
				      size_t *ret_n);

extern const struct db_stmt *const db_suggest_stmts[];
