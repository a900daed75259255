/* What administrators write down about an account, for each other. */
#pragma once

#include "db/audit.h"
#include "db/db.h"

struct user_note {
	struct text note;
	int64_t changed_us;
	struct text changed_by; /* login */
};

const struct err *must_use db_user_note(struct db *db, uint64_t user_id, struct user_note *ret,
					bool *ret_found);

/* In place of what was there; an empty one takes it away. With a row of the audit, about that account. */
const struct err *must_use db_user_note_put(struct db *db, uint64_t user_id, struct text note,
					    const struct audit_entry *audit);

extern const struct db_stmt *const db_user_note_stmts[];
