/* sync_to_git_index, bulk_sync_to_git_index, make_git_index, squash_index, pack_git_index (contract/jobs.md 5; app/index/git_sync.h) */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/index/git_sync.h"
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "db/job.h"

#include <json-c/json.h>

enum {
	LOCK_WAIT_MS = 5000,
	BATCH_MAX = 500,  /* commits of one run */
	BATCH_MS = 10000, /* the first change should not wait for long */
	PACKS_MAX = 30,   /* more are made fewer */
	BULK_NAMES_MAX = 100000,
	MESSAGE_MAX_BYTES = 64 * 1024,
};

struct run {
	struct job_run *r;
	struct git_client *g;
	struct job *more; /* claimed beside r->job, */
	size_t nmore;
	const struct err **why; /* and what became of each: NULL for good */
	uint64_t claims;
};

/* The lease must not run out while the helper packs. */
static void keep_lease(void *ctx)
{
	struct run *run = ctx;
	const struct app *app = run->r->app;
	int64_t lease_s = (int64_t)app->cfg->jobs.lease_s;
	bool ours;

	if (db_job_extend(app->db, run->r->job, lease_s, &ours))
		log_debug(log_z("msg", "the lease of a job of the git index was not extended"));
	for (size_t i = 0; i < run->nmore; i++)
		if (db_job_extend(app->db, &run->more[i], lease_s, &ours))
			return;
}

static const struct err *begin(struct run *run, struct job_run *r)
{
	const struct err *e;

	*run = (struct run){ .r = r };
	if (!r->app->cfg->git_index.enabled)
		return err_new(r->arena, ERR_NOT_FOUND,
			       "there is no git index (git_index.enabled)");
	e = git_client_new(r->app, r->arena, LOCK_WAIT_MS, &run->g);
	if (!e)
		git_client_while_waiting(run->g, keep_lease, run);
	return e;
}

static const struct err *end(struct run *run, const struct err *e, struct git_answer *ret)
{
	if (!e)
		e = git_client_end(run->g, ret);
	git_client_free(run->g);
	if (!e && ret->packs > PACKS_MAX)
		e = db_job_add(run->r->app->db, &job_pack_git_index, TEXT("{}"), NULL);
	return e;
}

/* ---- one crate each */

/* The next that waits: it joins this run, whose lease keeps all others out of the queue. */
static const struct err *claim_more(struct run *run, bool *ret_found)
{
	const struct config *cfg = run->r->app->cfg;
	const struct text type = text_from(job_sync_to_git_index.type);
	struct job_claim c = { .queue = run->r->job->queue,
			       .types = &type,
			       .ntypes = 1,
			       .lease_s = (int64_t)cfg->jobs.lease_s,
			       .max_retries = cfg->jobs.retries };

	c.owner = text_fmt(run->r->arena, "%.*s+%llu", TEXT_F(run->r->job->lease_owner),
			   (unsigned long long)++run->claims);
	return db_job_claim(run->r->app->db, &c, &run->more[run->nmore], ret_found);
}

static struct text krate_of(struct arena *a, const struct job *job)
{
	struct json_object *o = json_tokener_parse(text_z(a, job->data)), *v = NULL;
	struct text name = TEXT_NONE;

	if (o && json_object_object_get_ex(o, "krate", &v) &&
	    json_object_is_type(v, json_type_string))
		name = text_dup(a, (struct text){ json_object_get_string(v),
						  (size_t)json_object_get_string_len(v) });
	(void)json_object_put(o);
	return name;
}

/* What is wrong with one crate alone is no reason for the others to wait; the helper's own errors end the run. */
static const struct err *gather(struct run *run)
{
	int64_t until_us = time_monotonic_us() + BATCH_MS * (int64_t)US_PER_MS;
	const struct err *e = NULL;
	bool found = true;

	while (!e && found && run->nmore < BATCH_MAX && time_monotonic_us() < until_us) {
		e = claim_more(run, &found);
		if (e || !found)
			break;
		e = git_sync_crate(run->r->app, run->r->arena, run->g,
				   krate_of(run->r->arena, &run->more[run->nmore]), true);
		run->why[run->nmore++] = e;
		if (!git_client_is_over(run->g))
			e = NULL; /* of this crate alone; without a database no more are claimed */
	}
	return e;
}

/* Those that joined end as the run did, or by what was wrong with them. */
static const struct err *finish_more(struct run *run, const struct err *of_run)
{
	struct db *db = run->r->app->db;
	const struct err *e = NULL;
	bool ours;

	for (size_t i = 0; !e && i < run->nmore; i++) {
		const struct err *why = run->why[i] ? run->why[i] : of_run;

		e = why ? db_job_failed(db, &run->more[i], why->cause.p ? why->cause : why->detail)
			: db_job_done(db, &run->more[i], &ours);
	}
	return e;
}

const struct err *job_sync_to_git_index_run(struct job_run *r)
{
	struct git_answer answer;
	struct run run;
	struct text name;
	const struct err *e = job_text(r, "krate", &name), *kept;

	if (!e)
		e = begin(&run, r);
	if (e)
		return e;
	run.more = arena_array(r->arena, BATCH_MAX, sizeof(*run.more));
	run.why = arena_array(r->arena, BATCH_MAX, sizeof(*run.why));
	e = git_sync_config(r->app, r->arena, run.g);
	if (!e)
		e = git_sync_crate(r->app, r->arena, run.g, name, true);
	if (!e)
		e = gather(&run);
	e = end(&run, e, &answer);
	kept = finish_more(&run, e);
	return e ? e : kept;
}

/* ---- many in one commit */

static const struct err *names_of(struct job_run *r, struct json_object **ret)
{
	if (!json_object_object_get_ex(r->data, "crate_names", ret) ||
	    !json_object_is_type(*ret, json_type_array) ||
	    json_object_array_length(*ret) > BULK_NAMES_MAX)
		return err_new(r->arena, ERR_INVALID, "job %llu: no `crate_names` in its data",
			       (unsigned long long)r->job->id);
	return NULL;
}

static const struct err *say_bulk(struct run *run, struct json_object *names, struct text message)
{
	const struct err *e = git_sync_config(run->r->app, run->r->arena, run->g);
	size_t n = json_object_array_length(names);

	for (size_t i = 0; !e && i < n; i++) {
		struct json_object *o = json_object_array_get_idx(names, i);

		e = git_sync_crate(run->r->app, run->r->arena, run->g,
				   text_from(json_object_get_string(o)), false);
	}
	if (!e)
		e = git_client_say(run->g,
				   &(struct git_record){ .op = GIT_OP_COMMIT, .bytes = message });
	return e;
}

const struct err *job_bulk_sync_to_git_index_run(struct job_run *r)
{
	struct json_object *names;
	struct git_answer answer;
	struct text message;
	struct run run;
	const struct err *e = job_text(r, "commit_message", &message);

	if (!e)
		e = names_of(r, &names);
	if (!e && (!text_trim(message).n || message.n > MESSAGE_MAX_BYTES))
		e = err_new(r->arena, ERR_INVALID, "a commit has a message");
	if (!e)
		e = begin(&run, r);
	return e ? e : end(&run, say_bulk(&run, names, message), &answer);
}

/* ---- the repository as a whole */

static const struct err *run_one(struct job_run *r, const struct git_record *record,
				 struct git_answer *ret)
{
	struct run run;
	const struct err *e = begin(&run, r);

	return e ? e : end(&run, git_client_say(run.g, record), ret);
}

/*
 * Looked after by each runner for its own machine: whoever switches the git index on, or has lost it, has it a moment later,
 * and may clone it before anything is published. Another process that makes it already is not waited for.
 */
const struct err *job_make_git_index_run(struct job_run *r)
{
	struct arena *step;
	struct git_answer answer;
	const struct err *e;
	uint64_t n;

	if (!r->app->cfg->git_index.enabled || git_is_made(r->app, r->arena))
		return NULL;
	step = arena_new(0);
	e = err_move(r->arena, git_rebuild(r->app, step, 0, &n, &answer));
	arena_free(step);
	if (!e)
		log_info(log_z("msg", "the git index was made"), log_u64("crates", n));
	return err_is(e, ERR_BUSY) ? NULL : e;
}

/* What was becomes a branch of that day, and packing makes the new beginning fast to clone. */
const struct err *job_squash_index_run(struct job_run *r)
{
	struct time_text now = time_rfc3339_s(time_now_us());
	struct git_record squash = { .op = GIT_OP_SQUASH };
	struct git_answer answer;
	const struct err *e;

	squash.name = text_sub(text_from(now.s), 0, sizeof("2026-11-28") - 1);
	e = run_one(r, &squash, &answer);
	if (e || !answer.snapshot.p)
		return e;
	log_info(log_z("msg", "the git index is one commit"), log_text("head", answer.head),
		 log_text("snapshot", answer.snapshot));
	return db_job_add(r->app->db, &job_pack_git_index, TEXT("{}"), NULL);
}

const struct err *job_pack_git_index_run(struct job_run *r)
{
	struct git_answer answer;

	return run_one(r, &(struct git_record){ .op = GIT_OP_PACK }, &answer);
}
