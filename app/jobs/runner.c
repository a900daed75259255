#include "app/jobs/runner.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "db/schedule.h"

#include <json-c/json.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static bool has_git_index(const struct config *cfg)
{
	return cfg->git_index.enabled;
}

enum {
	IDLE_MS = 1000,           /* between two looks at an empty queue */
	SCHEDULE_S = 10,          /* between two looks at the schedule */
	PAUSE_MAX_MS = 30 * 1000, /* while the database is away */
	ARENA_MAX_BYTES = 256 << 20,
};

/* In the order in which they are asked. */
static const struct queue {
	const char *name;
	bool alone;                               /* one of its jobs at a time, over all machines */
	bool (*wanted)(const struct config *cfg); /* NULL: always */
} queues[] = {
	{ "index", false, NULL },
	{ "default", false, NULL },
	{ "repository", true, has_git_index },
};

static volatile sig_atomic_t stopping;

static void stop(int sig)
{
	(void)sig;
	stopping = 1;
}

struct runner {
	struct app *app;
	struct arena *arena;
	uint64_t claims;     /* so far: part of a lease's name */
	int64_t schedule_us; /* when to look at the schedule next (monotonic) */
	/* of each local period: when it is due; of others: not 0 once it was dropped; 0: never looked at */
	int64_t local_us[JOB_PERIODS_MAX];
	char host[64];
};

static const struct job_runner *runner_of(struct text type)
{
	for (const struct job_runner *j = job_runners; j->kind; j++)
		if (text_eq(type, text_from(j->kind->type)))
			return j;
	return NULL;
}

/* Names of the kinds of one queue that this program knows; others are left to who does. */
static size_t types_of(const char *queue, struct text *ret)
{
	size_t n = 0;

	for (const struct job_runner *j = job_runners; j->kind; j++)
		if (text_eq(text_from(j->kind->queue), text_from(queue))) {
			BUG_ON(n == JOB_TYPES_MAX);
			ret[n++] = text_from(j->kind->type);
		}
	return n;
}

static const struct err *claim(struct runner *r, const struct queue *queue, struct job *ret,
			       bool *ret_found)
{
	struct text types[JOB_TYPES_MAX];
	struct job_claim c = { .queue = text_from(queue->name),
			       .types = types,
			       .alone = queue->alone };

	c.ntypes = types_of(queue->name, types);
	c.owner = text_fmt(r->arena, "%s:%ld:%llu", r->host, (long)getpid(),
			   (unsigned long long)++r->claims);
	c.lease_s = (int64_t)r->app->cfg->jobs.lease_s;
	c.max_retries = r->app->cfg->jobs.retries;
	return db_job_claim(r->app->db, &c, ret, ret_found);
}

static void put_json(void *p)
{
	(void)json_object_put(p);
}

static const struct err *run_kind(struct runner *r, const struct job *job, bool *ret_ended)
{
	const struct job_runner *kind = runner_of(job->job_type);
	struct job_run run = { .app = r->app, .arena = r->arena, .job = job };
	const struct err *e;

	BUG_ON(!kind); /* only known types are claimed */
	run.data = json_tokener_parse(text_z(r->arena, job->data));
	if (run.data)
		arena_defer(r->arena, put_json, run.data);
	if (!json_object_is_type(run.data, json_type_object))
		return err_new(r->arena, ERR_INVALID, "the data of job %llu is no object",
			       (unsigned long long)job->id);
	e = kind->run(&run);
	*ret_ended = run.ended;
	return e;
}

/* What runs by a schedule is shown to be fresh (/status). */
static const struct err *note_success(struct runner *r, struct text type)
{
	for (const struct job_period *p = job_periods; p->name; p++)
		if (text_eq(type, text_from(p->kind->type)))
			return db_schedule_done(r->app->db, p->kind);
	return NULL;
}

/* Runs one job and writes down how it ended: one line in the log. */
static const struct err *run_job(struct runner *r, const struct job *job)
{
	int64_t start = time_monotonic_us();
	bool ours = true, ended = false, gone;
	const struct err *e = run_kind(r, job, &ended), *kept = NULL;

	gone = err_is(e, ERR_NOT_FOUND);

	if (gone)
		e = NULL;
	if (e)
		kept = db_job_failed(r->app->db, job, e->cause.p ? e->cause : e->detail);
	else if (!ended)
		kept = db_job_done(r->app->db, job, &ours);
	if (!e && !kept)
		kept = note_success(r, job->job_type);
	if (e)
		log_err(LOG_LEVEL_WARN, "job failed", e);
	log_info(log_text("job", job->job_type), log_u64("id", job->id),
		 log_u64("retries", job->retries),
		 log_z("status", e      ? "failed"
				 : gone ? "gone"
				 : ours ? "done"
					: "lease lost"),
		 log_i64("ms", (time_monotonic_us() - start) / US_PER_MS),
		 log_u64("db_n", db_counts(r->app->db).queries),
		 log_u64("arena", arena_used(r->arena)));
	return kept;
}

/* A failure of its own is said, and tried again the next time; what is returned is one of the database. */
static const struct err *run_local(struct runner *r, const struct job_period *p)
{
	const struct job_runner *kind = runner_of(text_from(p->kind->type));
	struct job_run run = { .app = r->app, .arena = r->arena };
	int64_t now = time_monotonic_us(), *due = &r->local_us[p - job_periods];
	const struct err *e;
	bool first = !*due;

	BUG_ON(!kind);
	if (now < *due)
		return NULL;
	*due = now + p->every_s * US_PER_S;
	if (!p->local(r->app->cfg))
		return first ? db_schedule_drop(r->app->db, p->name) : NULL;
	e = kind->run(&run);
	if (!e)
		return db_schedule_local(r->app->db, p->name, p->every_s, p->kind);
	log_err(LOG_LEVEL_WARN, p->name, e);
	return NULL;
}

/* What the configuration switches off is said once to be no work by schedule any more. */
static const struct err *run_queued(struct runner *r, const struct job_period *p)
{
	int64_t every_s = p->configured_s ? p->configured_s(r->app->cfg) : p->every_s;
	int64_t *seen = &r->local_us[p - job_periods];
	bool enqueued;

	if (every_s)
		return db_schedule_run(r->app->db, p->name, every_s, p->kind, text_from(p->data),
				       &enqueued);
	if (*seen)
		return NULL;
	*seen = 1;
	return db_schedule_drop(r->app->db, p->name);
}

static const struct err *look_at_schedule(struct runner *r)
{
	const struct err *e = NULL;

	if (time_monotonic_us() < r->schedule_us)
		return NULL;
	for (const struct job_period *p = job_periods; !e && p->name; p++)
		e = p->local ? run_local(r, p) : run_queued(r, p);
	if (!e)
		r->schedule_us = time_monotonic_us() + (int64_t)SCHEDULE_S * US_PER_S;
	return e;
}

/* One job of the first queue that has one. */
static const struct err *step(struct runner *r, bool *ret_found)
{
	const struct err *e = look_at_schedule(r);
	struct job job;

	*ret_found = false;
	for (size_t i = 0; !e && !*ret_found && i < ARRAY_SIZE(queues); i++)
		if (!queues[i].wanted || queues[i].wanted(r->app->cfg))
			e = claim(r, &queues[i], &job, ret_found);
	if (!e && *ret_found)
		e = run_job(r, &job);
	return e;
}

/* step, in an arena of its own; false where the database is away. */
static bool guarded_step(struct runner *r, bool *ret_found)
{
	const struct err *e;

	db_use_arena(r->app->db, r->arena);
	db_count_reset(r->app->db);
	e = step(r, ret_found);
	if (e)
		log_err(LOG_LEVEL_WARN, "jobs", e);
	arena_reset(r->arena);
	return !e;
}

static void pause_ms(int64_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000 };

	if (!stopping)
		(void)nanosleep(&t, NULL); /* a signal ends it */
}

static void runner_init(struct runner *r, struct app *app)
{
	struct sigaction sa = { .sa_handler = stop };

	*r = (struct runner){ .app = app, .arena = arena_new(ARENA_MAX_BYTES) };
	for (const struct job_period *p = job_periods; p->name; p++)
		BUG_ON(p - job_periods >= JOB_PERIODS_MAX);
	if (gethostname(r->host, sizeof(r->host) - 1) != 0)
		r->host[0] = '\0';
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGINT, &sa, NULL);
	(void)signal(SIGXFSZ, SIG_IGN); /* write says EFBIG (app/storage): the job is done later */
}

int jobs_run(struct app *app)
{
	struct runner r;
	int64_t pause = IDLE_MS;
	bool found;

	runner_init(&r, app);
	while (!stopping) {
		if (!guarded_step(&r, &found)) {
			pause_ms(pause);
			pause = pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
			continue;
		}
		pause = IDLE_MS;
		if (!found)
			pause_ms(IDLE_MS);
	}
	arena_free(r.arena);
	return 0;
}

int jobs_run_for(struct app *app, uint64_t seconds)
{
	int64_t end = time_monotonic_us() + (int64_t)seconds * US_PER_S;
	struct runner r;
	bool found = true, ok = true;

	runner_init(&r, app);
	while (!stopping && ok && found && time_monotonic_us() < end)
		ok = guarded_step(&r, &found);
	arena_free(r.arena);
	return ok ? 0 : 1;
}
