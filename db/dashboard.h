/* What /dashboard shows of somebody: the beginnings of his lists, sums, and what is new in the crates that he follows. */
#pragma once

#include "db/db.h"

enum { DASHBOARD_CRATES = 5 };

/* A crate in one of the two lists. */
struct dashboard_crate {
	struct text name;
	struct text version; /* the default one; absent: none, or it is yanked */
};

struct dashboard_lists {
	struct dashboard_crate owned[DASHBOARD_CRATES], followed[DASHBOARD_CRATES]; /* by name */
	size_t nowned, nfollowed;
};

struct dashboard_sums {
	uint64_t owned, followed; /* crates */
	uint64_t downloads;       /* of those owned */
	uint64_t invitations;     /* that are not answered and still open */
};

struct dashboard_update {
	struct text crate, num;
	struct text publisher; /* absent: not known */
	int64_t created_us;
	bool yanked;
};

/* The first crates that the user owns himself, and the first that he follows. One query. */
const struct err *must_use db_dashboard_lists(struct db *db, uint64_t user_id,
					      struct dashboard_lists *ret);

/* One query. */
const struct err *must_use db_dashboard_sums(struct db *db, uint64_t user_id,
					     struct dashboard_sums *ret);

/* Versions of the crates that the user follows, newest first, n after the first offset. One query. */
const struct err *must_use db_dashboard_updates(struct db *db, uint64_t user_id, uint64_t n,
						uint64_t offset, struct dashboard_update **ret,
						size_t *ret_n);

extern const struct db_stmt *const db_dashboard_stmts[];
