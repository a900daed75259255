/*
 * Deleting a crate, and a single version of one (contract/publish.md 16, contract/jobs.md 18): one transaction,
 * settled afterwards like every change of what the index says. Bytes stay among the blobs until fsck sweeps them.
 */
#pragma once

#include "db/audit.h"
#include "db/db.h"

/* How long the name of a deleted crate rests, unless an operator says otherwise: from 0 to a hundred years. */
enum { DELETE_REST_HOURS = 24, DELETE_REST_HOURS_MAX = 24 * 365 * 100 };

struct delete_in {
	uint64_t crate_id;
	uint64_t version_id;            /* 0: the whole crate */
	uint64_t user_id;               /* who deletes; 0: nobody known. For a crate alone */
	struct text message;            /* absent for none. For a crate alone */
	int64_t availability_s;         /* how long the name rests. For a crate alone */
	const struct audit_entry *note; /* goes into the audit with it; NULL: none */
	bool by_owner; /* a crate's owner, who may not delete every crate; else an operator */
};

struct delete_out {
	struct text name, canon, num; /* num absent for a whole crate */
	uint64_t settle_job_id;
};

/*
 * ERR_NOT_FOUND ("Not Found") where it has gone meanwhile. ERR_BUSY. by_owner: also the rules of contract/api.md 10.3 on
 * age, owners, downloads and dependents, status 422 in the contract's words. Nothing is changed then. A COMMIT whose
 * answer was lost is looked up: NULL where it came through.
 */
const struct err *must_use db_delete(struct db *db, const struct delete_in *in,
				     struct delete_out *ret);

/*
 * Whether those rules let an owner delete the crate at the moment: *ret_refusal absent where they do, else why not, in the words of
 * the refusal. Three queries. ERR_NOT_FOUND ("Not Found").
 */
const struct err *must_use db_delete_refusal(struct db *db, uint64_t crate_id,
					     struct text *ret_refusal);

extern const struct db_stmt *const db_delete_stmts[];
