/* Who did what beside publishing and yanking: for the operator. Rows are only added. */
#pragma once

#include "db/db.h"

struct audit_entry {
	uint64_t user_id;
	struct text actor;   /* the login */
	const char *action;  /* a constant word: "trustpub_only_change" */
	struct text crate;   /* stored name; absent: none */
	struct text address; /* the client's; absent: none */
	struct text detail;  /* JSON; absent: none */
};

/* Inside the transaction of what is noted, or alone. */
const struct err *must_use db_audit(struct db *db, const struct audit_entry *a);

extern const struct db_stmt *const db_audit_stmts[];
