/* What is fetched from other machines again and again (app/jobs/mirror.h): what they said of what was taken in last. */
#pragma once

#include "db/db.h"

struct mirror_row {
	struct text url;                 /* where it was fetched */
	struct text etag, last_modified; /* as the other machine said; absent: not */
	uint64_t reader;                 /* edition of who took it in */
};

/* *ret_found false: nothing was taken in yet. */
const struct err *must_use db_mirror(struct db *db, struct text name, struct mirror_row *ret,
				     bool *ret_found);

/* Inside the transaction that takes it in: locks the row, so that two of them go one after the other, and writes it. */
const struct err *must_use db_mirror_put(struct db *db, struct text name,
					 const struct mirror_row *row);

extern const struct db_stmt *const db_mirror_stmts[];
