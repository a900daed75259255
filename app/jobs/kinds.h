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

const struct err *job_settle_run(struct job_run *r);
const struct err *job_render_readme_run(struct job_run *r);
const struct err *job_analyze_crate_run(struct job_run *r);
const struct err *job_dependents_run(struct job_run *r);
const struct err *job_delete_files_run(struct job_run *r);
const struct err *job_send_report_run(struct job_run *r);
const struct err *job_sync_crate_feed_run(struct job_run *r);
const struct err *job_sync_crates_feed_run(struct job_run *r);
const struct err *job_sync_updates_feed_run(struct job_run *r);
const struct err *job_docs_rs_queue_rebuild_run(struct job_run *r);
const struct err *job_update_user_from_github_run(struct job_run *r);
const struct err *job_update_user_batch_run(struct job_run *r);
const struct err *job_sweep_run(struct job_run *r);
const struct err *job_send_mail_run(struct job_run *r);
const struct err *job_notify_owners_run(struct job_run *r);
const struct err *job_send_publish_notifications_run(struct job_run *r);
const struct err *job_expiry_notifications_run(struct job_run *r);
const struct err *job_count_words_run(struct job_run *r);

/* What is to be done again and again; name NULL at the end. */
struct job_period {
	const char *name;
	int64_t every_s;
	const struct job_kind *kind;
	const char *data; /* JSON */
};
extern const struct job_period job_periods[];
