/* jobs, job list, job retry, job enqueue: the queue of background jobs from the command line. */
#include "app/base/time.h"
#include "app/cli/commands.h"
#include "app/jobs/kinds.h"
#include "app/jobs/runner.h"
#include "app/server/app.h"

#include <inttypes.h>

static int jobs(struct cli *c)
{
	struct text seconds = TEXT_NONE;
	const struct cli_option options[] = { { "--for", .value = &seconds }, { NULL } };
	struct texts none;
	uint64_t s = 0;

	if (!cli_parse(c, options, 0, 0, &none))
		return 2;
	if (seconds.p && !text_u64(seconds, 1, 24 * 3600, &s))
		return cli_usage(c);
	if (!cli_open(c))
		return 1;
	return seconds.p ? jobs_run_for(c->app, s) : jobs_run(c->app);
}

/* "waiting", "running until 2026-...", "failed 3 times, again at 2026-..." */
static struct text state_of(struct cli *c, const struct job *j)
{
	struct time_text t;

	if (j->lease_owner.p && j->lease_until_us.set) {
		t = time_rfc3339_s(j->lease_until_us.v);
		return text_fmt(c->arena, "running, lease until %s", t.s);
	}
	t = time_rfc3339_s(j->run_after_us);
	if (!j->retries)
		return text_fmt(c->arena, "waiting, due at %s", t.s);
	return text_fmt(c->arena, "failed %" PRIu64 " times, due at %s: %.*s", j->retries, t.s,
			TEXT_F(j->last_error));
}

static int job_list(struct cli *c)
{
	const struct err *e = NULL;
	struct texts none;
	uint64_t after = 0;
	struct job *v;
	size_t n;
	int rc = 0;

	if (!cli_parse(c, NULL, 0, 0, &none))
		return 2;
	if (!cli_open(c))
		return 1;
	do {
		e = db_job_list(c->app->db, after, &v, &n);
		for (size_t i = 0; !e && !rc && i < n; i++) {
			after = v[i].id;
			rc = cli_print(text_fmt(c->arena, "%" PRIu64 "\t%.*s\t%.*s\t%.*s", v[i].id,
						TEXT_F(v[i].job_type),
						TEXT_F(text_sub(v[i].data, 0, 200)),
						TEXT_F(state_of(c, &v[i]))));
		}
	} while (!e && !rc && n == JOB_LIST_MAX);
	return e ? cli_fail(e) : rc;
}

static int job_retry(struct cli *c)
{
	const struct err *e;
	struct texts ids;
	uint64_t id, n;

	if (!cli_parse(c, NULL, 0, 100, &ids))
		return 2;
	if (!cli_open(c))
		return 1;
	if (!ids.n) {
		e = db_job_retry_all(c->app->db, &n);
		return e ? cli_fail(e)
			 : cli_print(text_fmt(c->arena, "%" PRIu64 " jobs are due again", n));
	}
	for (size_t i = 0; i < ids.n; i++) {
		if (!text_u64(ids.v[i], 1, INT64_MAX, &id))
			return cli_usage(c);
		e = db_job_retry(c->app->db, id);
		if (e)
			return cli_fail(e);
	}
	return 0;
}

static int job_enqueue(struct cli *c)
{
	struct text data = TEXT("{}");
	const struct cli_option options[] = { { "--data", .value = &data }, { NULL } };
	const struct err *e;
	struct texts type;
	uint64_t id;

	if (!cli_parse(c, options, 1, 1, &type))
		return 2;
	for (const struct job_runner *j = job_runners; j->kind; j++) {
		if (!text_eq(type.v[0], text_from(j->kind->type)))
			continue;
		if (!cli_open(c))
			return 1;
		e = db_job_add(c->app->db, j->kind, data, &id);
		return e ? cli_fail(e) : cli_print(text_fmt(c->arena, "%" PRIu64, id));
	}
	(void)cli_say("no kind of job is called `%.*s`; there are:", TEXT_F(type.v[0]));
	for (const struct job_runner *j = job_runners; j->kind; j++)
		(void)cli_say("    %s", j->kind->type);
	return 2;
}

const struct cli_command jobs_commands[] = {
	{ "jobs", "[--for SECONDS]",
	  "runs background jobs, for ever or for a while (a crontab line)", jobs },
	{ "job enqueue", "TYPE [--data JSON]", "adds a job", job_enqueue },
	{ "job list", "", "shows what waits, runs and has failed", job_list },
	{ "job retry", "[ID]...", "makes jobs due again at once; without ID all that have failed",
	  job_retry },
	CLI_END,
};
