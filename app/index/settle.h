/*
 * Settle (design.md 6, step 6): what is committed becomes visible. Run at once by whoever
 * committed, and again by the job that the transaction left, if that one did not finish. It may be
 * run at any time, any number of times, by any number of processes.
 */
#pragma once

#include "app/base/err.h"
#include "app/server/app.h"

/*
 * Links every committed version's blob to its public name, then writes the index file with
 * index_stamp as its time, and again until index_gen is what it was before. NULL also for a name that never was a crate, and where a blob of an older
 * version is missing: the others go on. ERR_BUSY: the caller may try again (disk full, database
 * gone).
 */
const struct err *must_use settle_crate(const struct app *app, struct arena *a, struct text canon);

/*
 * settle_crate for whoever would take the row of a job away afterwards. All is done, and yet ERR_BUSY, where another
 * process held the name's lock for as long as we wait: it may put an older file in the place of ours and die before it
 * looks again, and then it is this job that mends it.
 */
const struct err *must_use settle_alone(const struct app *app, struct arena *a, struct text canon);

/* settle_alone, and then the row of the job goes. Where this fails, the job stays and does the
 * same. */
const struct err *must_use settle_and_finish(const struct app *app, struct arena *a,
					     struct text canon, uint64_t job_id);
