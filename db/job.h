/*
 * The queue of background jobs (contract/jobs.md 1 and 21, design.md 5). A job is a row; whoever
 * claims it holds a lease, in a transaction of its own, and nothing is locked while it runs. Jobs
 * run at least once, so each must bear to run twice. A job whose runner died is claimed again when
 * the lease has run out, and that counts as a failure.
 */
#pragma once

#include "db/audit.h"
#include "db/db.h"

/* What there is of kinds; the runner has one function for each. */
struct job_kind {
	const char *type;
	const char *queue;
	int64_t priority; /* higher goes first */
	bool dedup;       /* a waiting one with the same data is enough */
};

/*
 * All kinds, once: a kind that is not in this list is nowhere. X(name in C, type in the queue, queue, priority, dedup); job_NAME
 * is the kind and job_NAME_run (app/jobs/kinds.h) does it. Behind each, what its data is. contract/jobs.md 2 has the
 * priorities. What makes the index right has a queue of its own: nothing slow may be in its way. A person waits for a letter
 * with a link in it.
 */
/* clang-format off */
#define JOB_KINDS(X)                                                                               \
	X(settle, "settle", "index", 100, false) /* {"name": canonical name} */                    \
	/* {"version_id", "text", "readme_path", "base_url", "pkg_path_in_vcs"} */                 \
	X(render_readme, "render_and_upload_readme", "default", 50, false)                         \
	/* {"crate_ids": [...]}: how many crates depend on each */                                 \
	X(dependents, "update_dependents", "default", 10, true)                                    \
	X(analyze_crate, "analyze_crate_file", "default", 0, true) /* {"version_id"}: line counts */ \
	X(delete_files, "delete_crate_from_storage", "default", 0, true) /* {"name"}: of a crate that was deleted */ \
	X(send_report, "send_report", "default", 60, false) /* {"report_id", "security"}: to the operator */ \
	X(sync_crate_feed, "sync_crate_feed", "default", 0, true) /* {"name"}: as it is stored */  \
	X(sync_crates_feed, "sync_crates_feed", "default", 0, true) /* {} */                       \
	X(sync_updates_feed, "sync_updates_feed", "default", 0, true) /* {} */                     \
	X(docs_rs_queue_rebuild, "docs_rs_queue_rebuild", "default", 0, true) /* {"name", "version"} */ \
	X(update_user_from_github, "update_user_from_github", "default", -15, true) /* {"dry_run", "account_id"} */ \
	X(update_user_batch, "update_user_batch", "default", -15, true) /* {}: makes some of these */ \
	/* {"krate"}: as it is stored; like all of this queue one at a time (db_job_claim) */        \
	X(sync_to_git_index, "sync_to_git_index", "repository", 100, true)                         \
	X(bulk_sync_to_git_index, "bulk_sync_to_git_index", "repository", 0, false) /* {"crate_names": [...], "commit_message"} */ \
	X(squash_index, "squash_index", "repository", 0, true) /* {} */                            \
	X(make_git_index, "make_git_index", "repository", 100, true) /* {}: where there is none yet */ \
	X(pack_git_index, "pack_git_index", "repository", -20, true) /* {}: many packs become few */ \
	X(sweep, "sweep", "default", -20, true) /* {}: what has run out, what a crash left */      \
	X(mirror_advisories, "mirror_advisories", "default", -10, true) /* {} */                    \
	X(mirror_replacements, "mirror_replacements", "default", -10, true) /* {} */                \
	X(mirror_playground, "mirror_playground", "default", -10, true) /* {} */                    \
	X(docs_status, "docs_status", "default", -10, true) /* {} */                                \
	X(count_downloads, "count_downloads", "default", 0, true) /* {}: in the log of whichever machine runs it */ \
	X(update_downloads, "update_downloads", "default", 0, true) /* {}: what was counted, into the sums */ \
	X(archive_version_downloads, "archive_version_downloads", "default", -10, true) /* {}, or {"before": date} */ \
	X(index_version_downloads_archive, "index_version_downloads_archive", "default", -10, true) /* {} */ \
	X(dump_db, "dump_db", "default", -20, true) /* {}: the public tables as files */ \
	X(build_crate_zip, "build_crate_zip", "default", 0, true) /* {"version_id"}: where zip.enabled */ \
	X(sum_dependencies, "sum_dependencies", "default", -20, true) /* {}: db/dependency_count.h */ \
	X(update_search_steps, "update_search_steps", "default", -20, true) /* {}: popularity in search's scores */ \
	X(count_words, "count_words", "default", -20, true) /* {}: what search estimates by */     \
	X(keep_orders, "keep_orders", "default", -20, true) /* {}: of lists of crates */ \
	X(send_mail, "send_mail", "default", 60, false) /* a letter to one user: db/mail.h */      \
	X(send_confirmation, "send_confirmation", "default", 60, true) /* the one that verifies an address */ \
	X(notify_owners, "notify_owners", "default", 60, false) /* to all owners: becomes one send_mail each */ \
	X(send_publish_notifications, "send_publish_notifications", "default", 0, false) /* {"version_id"}: likewise */ \
	X(notify_admins, "notify_admins", "default", 0, false) /* {"audit_id"}: becomes one send_mail for each */ \
	X(sync_admins, "sync_admins", "default", 0, true) /* {}: administrators of a list elsewhere */ \
	X(check_typosquat, "check_typosquat", "default", 0, true) /* {"name"}: of a new crate, as it is stored */ \
	X(expiry_notifications, "send_token_expiry_notifications", "default", 0, true) /* {}: of API tokens that run out soon */ \
	X(fetch_avatar, "fetch_avatar", "default", -5, true) /* {"account_id"} or {"team_id"} */ \
	X(refresh_avatars, "refresh_avatars", "default", -15, true) /* {}: makes some of these */ \
	X(drop_avatar, "drop_avatar", "default", -20, true) /* {"file"}: a copy that is no longer shown */
/* clang-format on */

#define JOB_DECLARE(name, ...) extern const struct job_kind job_##name;
JOB_KINDS(JOB_DECLARE)
#undef JOB_DECLARE

/*
 * Inside the caller's transaction, or alone. Where the kind says so and a job with the same data
 * waits, that one is taken instead: its back-off ends. One that runs already does not count: what
 * changed meanwhile is not lost. data is JSON. ret_id may be NULL.
 */
const struct err *must_use db_job_add(struct db *db, const struct job_kind *kind, struct text data,
				      uint64_t *ret_id);

/* The same, not before run_after_us and with another priority (backfills). */
const struct err *must_use db_job_add_later(struct db *db, const struct job_kind *kind,
					    struct text data, int64_t priority,
					    int64_t run_after_us, uint64_t *ret_id);

struct job {
	uint64_t id;
	struct text queue;
	int64_t rank; /* -priority */
	struct text job_type, data;
	uint64_t retries;
	int64_t created_us, run_after_us;
	struct text lease_owner; /* absent: it waits */
	struct opt_i64 lease_until_us;
	struct text last_error;
};

enum { JOB_TYPES_MAX = 64, JOB_LIST_MAX = 100 };

struct job_claim {
	struct text queue;
	const struct text *types; /* what the runner knows; at most JOB_TYPES_MAX */
	size_t ntypes;
	struct text owner; /* unique for each claim: host, process, number */
	int64_t lease_s;
	uint64_t max_retries; /* a job that failed so often rests until db_job_retry */
	bool alone; /* only while nobody has a lease of this queue, whatever the machine */
};

/* Outside of a transaction. The first that is due; *ret_found false where there is none. */
const struct err *must_use db_job_claim(struct db *db, const struct job_claim *claim,
					struct job *ret, bool *ret_found);

/* A job that takes long says so. *ret_ours false: the lease ran out and another has it. */
const struct err *must_use db_job_extend(struct db *db, const struct job *j, int64_t lease_s,
					 bool *ret_ours);

/* The row goes where the lease is still ours. */
const struct err *must_use db_job_done(struct db *db, const struct job *j, bool *ret_ours);

/* The same for a transaction that ends the job with what it does: ERR_BUSY where another has the lease. */
const struct err *must_use db_job_end(struct db *db, const struct job *j);

/* One more failure: it waits 1 min x 2^retries, a day at most. why is cut to 2,000 bytes. */
const struct err *must_use db_job_failed(struct db *db, const struct job *j, struct text why);

/* Gives it back unharmed, due at once (the runner is being stopped). */
const struct err *must_use db_job_release(struct db *db, const struct job *j);

/* The row goes, whoever has it: for the worker that did at once what its transaction left as a job.
 */
const struct err *must_use db_job_delete(struct db *db, uint64_t id);

/* In the order of their ids, those after that one; at most JOB_LIST_MAX. */
const struct err *must_use db_job_list(struct db *db, uint64_t after_id, struct job **ret,
				       size_t *ret_n);

/* Due at once, with all its tries again. ERR_NOT_FOUND; db_job_retry_all: those that have failed.
 */
const struct err *must_use db_job_retry(struct db *db, uint64_t id);
const struct err *must_use db_job_retry_all(struct db *db, uint64_t *ret_n);

/* One, or where id is 0 all that have failed, with a row of the audit in the same transaction. */
const struct err *must_use db_job_retry_noted(struct db *db, uint64_t id,
					      const struct audit_entry *note, uint64_t *ret_n);

/* Those that have failed and are not running, in the order of their ids; at most JOB_LIST_MAX. */
const struct err *must_use db_job_failures(struct db *db, struct job **ret, size_t *ret_n);

struct job_figures {
	uint64_t waiting, running, failed; /* failed: waiting, and has failed before */
	struct opt_i64 oldest_us;          /* created_us of the oldest one */
};
const struct err *must_use db_job_figures(struct db *db, struct job_figures *ret);

/* One with the same data that waits (or has failed, and waits), of a kind that says so (dedup); one that runs is not found. */
const struct err *must_use db_job_waiting(struct db *db, const struct job_kind *kind,
					  struct text data, struct job *ret, bool *ret_found);

struct job_count {
	struct text job_type;
	int64_t priority;
	uint64_t n; /* waiting, running and failed */
};
/* By type and priority, and kinds of which there is none; at most JOB_COUNTS_MAX. */
enum { JOB_COUNTS_MAX = 1000 };
const struct err *must_use db_job_counts(struct db *db, struct job_count **ret, size_t *ret_n);

extern const struct db_stmt *const db_job_stmts[];
