/*
 * New crates whose names are like those of well-known ones (app/registry/typosquat.h): what they are compared with, and what
 * was found, for administrators to look at and to settle.
 */
#pragma once

#include "app/registry/typosquat.h"
#include "db/audit.h"
#include "db/db.h"

enum { TYPOSQUAT_CORPUS = 3000, TYPOSQUAT_LIST_MAX = 200 };

/* The most downloaded crates, at most TYPOSQUAT_CORPUS, in no useful order; those that nobody ever downloaded are none. */
const struct err *must_use db_typosquat_corpus(struct db *db, struct typosquat_crate **ret,
					       size_t *ret_n);

/* Whether two crates have an owner in common, a user or a team. */
const struct err *must_use db_typosquat_kin(struct db *db, uint64_t crate_id, uint64_t other_id,
					    bool *ret);

/*
 * What was found about a crate by a job: the rows, a letter to each of these addresses (db/mail.h), and the end of the job,
 * in one transaction. Rows that are there already stay as they are, settled or not. ERR_BUSY where the lease has run out.
 */
struct job;
const struct err *must_use db_typosquat_found(struct db *db, const struct job *j, uint64_t crate_id,
					      const struct typosquat_hit *hits, size_t n,
					      const struct texts *to);

struct typosquat_row {
	uint64_t crate_id;
	struct text crate;   /* the new one */
	struct text similar; /* the well-known one, as it was called then */
	struct text what;
	int64_t created_us, found_us; /* created_us: of the new crate */
	struct opt_i64 settled_us;
	struct text settled_by; /* absent: not settled */
};

/* Those that nobody has settled, of crates with greater ids than that, by crate; at most TYPOSQUAT_LIST_MAX rows. */
const struct err *must_use db_typosquat_open(struct db *db, uint64_t after_crate_id,
					     struct typosquat_row **ret, size_t *ret_n);

/* Those of a crate, settled or not; at most TYPOSQUAT_LIST_MAX. */
const struct err *must_use db_typosquat_of_crate(struct db *db, uint64_t crate_id,
						 struct typosquat_row **ret, size_t *ret_n);

/*
 * Settles what is open about a crate, or opens what was settled again, with a row of the audit where anything changed.
 * *ret_n: how many rows changed.
 */
const struct err *must_use db_typosquat_settle(struct db *db, uint64_t crate_id, bool settled,
					       const struct audit_entry *note, uint64_t *ret_n);

extern const struct db_stmt *const db_typosquat_stmts[];
