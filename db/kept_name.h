/*
 * Names that administrators keep from being taken by new crates. A crate that has such a name goes on; once it is deleted
 * nobody gets the name until it is free again.
 */
#pragma once

#include "db/audit.h"
#include "db/db.h"

enum { KEPT_NAMES_MAX = 100 };

struct kept_name {
	struct text canon_name;
	struct text name; /* as it was entered */
	struct text reason;
	int64_t kept_us;
	struct text kept_by; /* login */
};

/* By canonical name, those after that one (empty: from the first); at most KEPT_NAMES_MAX. */
const struct err *must_use db_kept_names(struct db *db, struct text after, struct kept_name **ret,
					 size_t *ret_n);

/* Whether new crates may not have that name, by its canonical form. For a publish: within its transaction. */
const struct err *must_use db_name_is_kept(struct db *db, struct text canon, bool *ret);

/* Keeps it, or says another reason; with a row of the audit. kept_us is now, kept_by the note's actor. */
const struct err *must_use db_name_keep(struct db *db, const struct kept_name *k,
					const struct audit_entry *note);

/* Sets it free, with a row of the audit. *ret_was: whether it was kept; else nothing is noted. */
const struct err *must_use db_name_free(struct db *db, struct text canon,
					const struct audit_entry *note, bool *ret_was);

extern const struct db_stmt *const db_kept_name_stmts[];
