/*
 * The crates of a letter, out of the order by name as it is kept (db/crate_order.h): 4 bytes a crate in a few rows, where the index of
 * names has an entry of 0.3 µs for each.
 */
#pragma once

#include "db/db.h"

struct crate_letter {
	uint64_t *ids; /* ascending; arena */
	size_t n;
	uint64_t crates; /* in the registry */
};

/*
 * Those whose name begins with the letter, in either case; one of a to z. *ret_kept is false, and nothing found, where the order is not
 * kept, or far behind: ask the index. Two queries.
 */
const struct err *must_use db_crate_letter(struct db *db, char letter, struct crate_letter *ret,
					   bool *ret_kept);

extern const struct db_stmt *const db_crate_letter_stmts[];
