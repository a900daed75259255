/* Who administers this site (users.is_admin), where a list elsewhere says who does (contract/jobs.md 16.4). */
#pragma once

#include "db/db.h"

enum { ADMINS_MAX = 1000 };

struct admin_row {
	uint64_t id;
	struct text login;
};

/* By id, at most ADMINS_MAX. */
const struct err *must_use db_admins(struct db *db, struct admin_row **ret, size_t *ret_n);

/* What waits for an administrator's eyes; 1,000: or more. */
enum { ADMIN_WAITING_MAX = 1000 };
struct admin_waiting {
	uint64_t typosquats; /* new crates with names like others */
	uint64_t reports;
};
const struct err *must_use db_admin_waiting(struct db *db, struct admin_waiting *ret);

struct admin_sync {
	const int64_t *accounts; /* at GitHub: who is to be an administrator */
	size_t n;
	struct texts granted, revoked; /* result: logins; arena */
	size_t unknown;                /* result: accounts that nobody has signed in by */
};

/*
 * Makes exactly the users of these GitHub accounts administrators. What changes is in the audit, and who was an administrator
 * before gets a letter (db/mail.h); the end of the job is in the same transaction. ERR_BUSY where the lease has run out.
 */
struct job;
const struct err *must_use db_admin_sync(struct db *db, const struct job *j, struct admin_sync *s);

extern const struct db_stmt *const db_admin_stmts[];
