/* Reports about crates that people send by /support: kept, and told to the operator by letters. */
#pragma once

#include "db/audit.h"
#include "db/db.h"

struct report_in {
	uint64_t user_id;     /* 0: nobody was signed in */
	struct text crate;    /* its name as it is stored */
	struct text reasons;  /* "spam,other" */
	struct text detail;   /* empty: none */
	struct text reply_to; /* an address; absent: none */
	bool security;        /* also to who is told of holes */
};

/* The row and its letters in one transaction: a job for the operator, and one more where security is set. */
const struct err *must_use db_report_add(struct db *db, const struct report_in *in);

struct report {
	uint64_t id;
	int64_t created_us;
	struct text login; /* absent: nobody was signed in, or the account is gone */
	struct text crate, reasons, detail, reply_to;
	struct opt_i64 settled_us; /* not set: it waits */
	struct text settled_by;    /* login */
};

enum { REPORTS_MAX = 20 };

/* With smaller ids than that, newest first, at most REPORTS_MAX; all: those that are settled, too. */
const struct err *must_use db_reports(struct db *db, bool all, uint64_t before, struct report **ret,
				      size_t *ret_n);

/* Settles it, or opens it again, with a row of the audit. *ret_changed false: it was so, or is gone, and nothing is noted. */
const struct err *must_use db_report_settle(struct db *db, uint64_t id, bool settled,
					    const struct audit_entry *note, bool *ret_changed);

const struct err *must_use db_report(struct db *db, uint64_t id, struct report *ret,
				     bool *ret_found);

extern const struct db_stmt *const db_report_stmts[];
