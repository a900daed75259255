/* What is to be done again and again (contract/jobs.md 4): one table for all machines, with what was done when for /status. */
#pragma once

#include "db/job.h"

/*
 * A periodic job: enqueues it once each every_s seconds, whichever of all machines comes first.
 * *ret_enqueued says whether it was this one. The first time it is due at once.
 */
const struct err *must_use db_schedule_run(struct db *db, const char *name, int64_t every_s,
					   const struct job_kind *kind, struct text data,
					   bool *ret_enqueued);

/* What each machine does for itself, without the queue: done just now, and due again in every_s seconds. */
const struct err *must_use db_schedule_local(struct db *db, const char *name, int64_t every_s,
					     const struct job_kind *kind);

/* It is not done any more. */
const struct err *must_use db_schedule_drop(struct db *db, const char *name);

/* One of that kind was done: every period of the kind is fresh, whoever enqueued it. */
const struct err *must_use db_schedule_done(struct db *db, const struct job_kind *kind);

struct schedule_row {
	struct text name;
	int64_t every_s; /* 0: of a registry from before there was this column */
	int64_t next_us;
	struct opt_i64 done_us; /* not set: never yet */
};

/* By name; at most 100. */
const struct err *must_use db_schedule_list(struct db *db, struct schedule_row **ret,
					    size_t *ret_n);

extern const struct db_stmt *const db_schedule_stmts[];
