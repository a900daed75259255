/* Rows that have run out and that nothing looks at any more. */
#pragma once

#include "db/db.h"

/* Sessions, one-time links, trusted-publishing tokens and used JWT ids, full buckets of addresses. */
const struct err *must_use db_expired_delete(struct db *db, int64_t now_us);

extern const struct db_stmt *const db_expired_stmts[];
