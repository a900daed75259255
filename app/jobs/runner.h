/*
 * Takes background jobs from the queue in MariaDB and runs them, one at a time (contract/jobs.md 1, design.md 5). Any
 * number of runners on any number of machines may do so: a job belongs to whoever holds its lease.
 *
 * A job of the queue "index" goes before one of any other, so that nothing slow stands before what cargo waits for.
 */
#pragma once

#include "app/base/err.h"

struct app;

/* Until SIGTERM or SIGINT; the job in hand is finished first. The exit status of the process. */
int jobs_run(struct app *app);

/*
 * Until nothing is due any more, or so many seconds have passed (the job in hand is finished): for a crontab. Periodic
 * jobs that are due are enqueued first. 0, or 1 after saying why in the log.
 */
int jobs_run_for(struct app *app, uint64_t seconds);
