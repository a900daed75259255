/*
 * What a runner can do: one function a kind of job, each in a file of its name. A job may run twice and beside itself:
 * what it does must bear that.
 */
#pragma once

#include "app/base/err.h"
#include "db/job.h"

struct app;
struct json_object;

struct job_run {
	const struct app *app;
	struct arena *arena; /* of this run */
	const struct job *job;
	struct json_object *data; /* the job's data: an object */
	bool ended;               /* set by a run whose own transaction took the row away */
};

struct job_runner {
	const struct job_kind *kind;
	/* NULL: done, the row goes. An error: it is tried again later; but ERR_NOT_FOUND says that what the job was for is
	 * gone, which is done too. */
	const struct err *(*run)(struct job_run *r);
};

extern const struct job_runner job_runners[]; /* kind NULL at the end */

/* Members of the data; ERR_INVALID where they are not there or of another type (the job then rests as failed). */
const struct err *must_use job_u64(const struct job_run *r, const char *key, uint64_t *ret);
const struct err *must_use job_text(const struct job_run *r, const char *key,
				    struct text *ret); /* null: absent */

#define JOB_RUN(name, ...) const struct err *job_##name##_run(struct job_run *r);
JOB_KINDS(JOB_RUN)
#undef JOB_RUN

struct config;

/* What is to be done again and again; name NULL at the end. */
struct job_period {
	const char *name;
	int64_t every_s;
	const struct job_kind *kind;
	const char *data; /* JSON */
	/* Not once across all machines by the queue, but by each runner for its own machine, where the configuration wants
	 * it: the function of the kind gets no job and no data. */
	bool (*local)(const struct config *cfg);
	/* NULL, or what the configuration says in place of every_s: seconds, 0 for not at all. */
	int64_t (*configured_s)(const struct config *cfg);
};
enum { JOB_PERIODS_MAX = 32 };
extern const struct job_period job_periods[];
