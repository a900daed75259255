/* What is left of crates that were deleted (contract/web.md P38): that they were there. Why, and by whom, is for administrators. */
#pragma once

#include "db/db.h"

struct deleted_crate {
	uint64_t id;
	struct text name;
	int64_t created_us, deleted_us;
	int64_t available_us; /* since when the name may be taken again */
	bool again;           /* a crate has that name now */
};

enum { DELETED_PER_PAGE = 50 };

/*
 * Those with a lower id, the last one first, at most DELETED_PER_PAGE; one query. *ret_more says that there are still others.
 * before: INT64_MAX for the first page.
 */
const struct err *must_use db_deleted_crates(struct db *db, int64_t before,
					     struct deleted_crate **ret, size_t *ret_n,
					     bool *ret_more);

extern const struct db_stmt *const db_deleted_stmts[];
