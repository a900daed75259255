/* Who did what beside publishing and yanking: for the operator. Rows are only added. */
#pragma once

#include "db/db.h"

struct audit_entry {
	uint64_t user_id;       /* 0: no account, but a job or the command line */
	struct text actor;      /* the login; else what did it */
	const char *action;     /* a constant word: "trustpub_only_change" */
	struct text crate;      /* stored name; absent: none */
	uint64_t about_user_id; /* whose account was changed; 0: nobody's */
	struct text address;    /* the client's; absent: none */
	struct text detail;     /* JSON; absent: none */
	bool tell;              /* every administrator gets a letter about it (db/mail.h) */
};

/* Inside the transaction of what is noted, or alone. */
const struct err *must_use db_audit(struct db *db, const struct audit_entry *a);

/*
 * One statement that writes, and the row of the audit about it, in one transaction. *ret_n: rows that were changed, none of which
 * means that nothing is noted; NULL: it is noted in any case.
 */
const struct err *must_use db_exec_noted(struct db *db, const struct db_stmt *s,
					 struct db_vals args, const struct audit_entry *note,
					 uint64_t *ret_n);

struct audit_row {
	uint64_t id;
	int64_t time_us;
	struct text actor, action;
	struct text crate, address, detail; /* absent: none */
};

enum { AUDIT_MAX = 20 };

/* ERR_NOT_FOUND ("Not Found"). */
const struct err *must_use db_audit_by_id(struct db *db, uint64_t id, struct audit_row *ret);

/* The newest of all, those about an account, those about a crate (its stored name); newest first, at most AUDIT_MAX. */
const struct err *must_use db_audit_newest(struct db *db, struct audit_row **ret, size_t *ret_n);
const struct err *must_use db_audit_about(struct db *db, uint64_t user_id, struct audit_row **ret,
					  size_t *ret_n);
const struct err *must_use db_audit_crate(struct db *db, struct text crate, struct audit_row **ret,
					  size_t *ret_n);

extern const struct db_stmt *const db_audit_stmts[];
