/*
 * check-sql: every statement of db_stmt_lists against the schema that is there. Each is prepared; names, types, signs
 * and NULLs of its result are compared with what it declares; and EXPLAIN must find no full scan of a large table,
 * unless the statement says that it means one (scan_ok).
 */
#pragma once

#include "app/base/text.h"

struct db;
struct err;

struct db_check {
	uint64_t statements, complaints;
	struct text report; /* one line a complaint: "NAME: what"; arena */
};

/*
 * pretend: the database is a scratch one, empty, and the user may write to mysql.innodb_table_stats: every table but
 * the short ones is made to look like 100,000 rows, because what an optimizer does with an empty table says nothing.
 * Without it, nothing is asked of EXPLAIN. ERR_INTERNAL where the check itself could not be made.
 */
const struct err *must_use db_check_all(struct db *db, bool pretend, struct db_check *ret);

/* NULL where there is nothing to complain of: what `cratehouse config check-sql` prints otherwise is in the detail. */
const struct err *must_use db_check_sql(struct db *db);
