#include "db/job.h"

#include "app/base/arena.h"
#include "app/base/time.h"

enum { ERROR_MAX = 2000, BACKOFF_MAX_S = 24 * 3600 };

#define JOB_DEFINE(name, type, queue, priority, dedup)                                             \
	const struct job_kind job_##name = { type, queue, priority, dedup };
JOB_KINDS(JOB_DEFINE)

#define JOB_ADDRESS(name, ...) &job_##name,
static const struct job_kind *const all_kinds[] = { JOB_KINDS(JOB_ADDRESS) };
_Static_assert(ARRAY_SIZE(all_kinds) <= JOB_TYPES_MAX,
	       "a runner names all kinds of a queue at once");

#define JOB_SQL                                                                                    \
	"id, queue, `rank`, job_type, data, retries, created_us, run_after_us, lease_owner, "      \
	"lease_until_us, last_error"
#define JOB_COLS                                                                                   \
	{                                                                                          \
		DB_COL(struct job, id), DB_COL(struct job, queue), DB_COL(struct job, rank),       \
			DB_COL(struct job, job_type), DB_COL(struct job, data),                    \
			DB_COL(struct job, retries), DB_COL(struct job, created_us),               \
			DB_COL(struct job, run_after_us), DB_COL(struct job, lease_owner),         \
			DB_COL(struct job, lease_until_us), DB_COL(struct job, last_error)         \
	}

struct turn_row {
	struct text queue;
};

struct leased_row {
	uint64_t id;
};

struct job_key {
	uint64_t id;
	struct text queue;
	int64_t rank;
};

/* An equal one that another transaction has in its hands is passed over: two of them do no harm. */
static const struct db_stmt waiting = {
	.name = "job_waiting",
	.sql = "SELECT id, queue, `rank`"
	       "  FROM background_jobs"
	       " WHERE dedup = ? AND lease_until_us IS NULL"
	       " LIMIT 1 FOR UPDATE SKIP LOCKED",
	.in = { DB_SHA256 },
	.out = { DB_COL(struct job_key, id), DB_COL(struct job_key, queue),
		 DB_COL(struct job_key, rank) },
};

static const struct db_stmt again = {
	.name = "job_again",
	.sql = "UPDATE background_jobs"
	       "   SET retries = 0, run_after_us = LEAST(run_after_us, ?)"
	       " WHERE queue = ? AND `rank` = ? AND id = ?",
	.in = { DB_I64, DB_TEXT, DB_I64, DB_U64 },
};

static const struct db_stmt insert = {
	.name = "job_insert",
	.sql = "INSERT INTO background_jobs (queue, `rank`, job_type, data, dedup, created_us, "
	       "run_after_us)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?)",
	.in = { DB_TEXT, DB_I64, DB_TEXT, DB_TEXT, DB_OPT_SHA256, DB_I64, DB_I64 },
};

static const struct db_stmt next = {
	.name = "job_next",
	.sql = "SELECT " JOB_SQL "  FROM background_jobs"
	       " WHERE queue = ? AND run_after_us <= ? AND (lease_until_us IS NULL OR "
	       "lease_until_us < ?)"
	       "   AND retries < ? AND job_type IN (" DB_ROWS_64(
		       "?") ")"
			    " ORDER BY `rank`, id"
			    " LIMIT 1 FOR UPDATE SKIP LOCKED",
	.in = { DB_TEXT, DB_I64, DB_I64, DB_U64, DB_TEXT },
	.in_once = 4,
	.in_repeat = JOB_TYPES_MAX,
	.out = JOB_COLS,
};

/* Whoever claims alone has this row until his lease is committed: two of them at once do not overlook each other. */
static const struct db_stmt turn = {
	.name = "job_turn",
	.sql = "SELECT queue FROM job_turns WHERE queue = ? FOR UPDATE",
	.in = { DB_TEXT },
	.out = { DB_COL(struct turn_row, queue) },
};

static const struct db_stmt leased = {
	.name = "job_leased",
	.sql = "SELECT id FROM background_jobs WHERE queue = ? AND lease_until_us >= ? LIMIT 1",
	.in = { DB_TEXT, DB_I64 },
	.out = { DB_COL(struct leased_row, id) },
};

static const struct db_stmt lease = {
	.name = "job_lease",
	.sql = "UPDATE background_jobs"
	       "   SET lease_owner = ?, lease_until_us = ?, retries = ?, dedup = NULL"
	       " WHERE queue = ? AND `rank` = ? AND id = ?",
	.in = { DB_TEXT, DB_I64, DB_U64, DB_TEXT, DB_I64, DB_U64 },
};

static const struct db_stmt extend = {
	.name = "job_extend",
	.sql = "UPDATE background_jobs SET lease_until_us = ? WHERE id = ? AND lease_owner = ?",
	.in = { DB_I64, DB_U64, DB_TEXT },
};

static const struct db_stmt done = {
	.name = "job_done",
	.sql = "DELETE FROM background_jobs WHERE id = ? AND lease_owner = ?",
	.in = { DB_U64, DB_TEXT },
};

static const struct db_stmt failed = {
	.name = "job_failed",
	.sql = "UPDATE background_jobs"
	       "   SET retries = ?, run_after_us = ?, lease_owner = NULL, lease_until_us = NULL, "
	       "last_error = ?, dedup = ?"
	       " WHERE id = ? AND lease_owner = ?",
	.in = { DB_U64, DB_I64, DB_TEXT, DB_OPT_SHA256, DB_U64, DB_TEXT },
};

static const struct db_stmt delete_job = {
	.name = "job_delete",
	.sql = "DELETE FROM background_jobs WHERE id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt list = {
	.name = "job_list",
	.sql = "SELECT " JOB_SQL "  FROM background_jobs WHERE id > ? ORDER BY id LIMIT 100",
	.in = { DB_U64 },
	.out = JOB_COLS,
};

static const struct db_stmt waiting_as = {
	.name = "job_waiting_as",
	.sql = "SELECT " JOB_SQL "  FROM background_jobs WHERE dedup = ? LIMIT 1",
	.in = { DB_SHA256 },
	.out = JOB_COLS,
};

static const struct db_stmt failures = {
	.name = "job_failures",
	.sql = "SELECT " JOB_SQL "  FROM background_jobs"
	       " WHERE retries > 0 AND lease_until_us IS NULL ORDER BY id LIMIT 100",
	.out = JOB_COLS,
	.scan_ok = true, /* an administrator looks, and the table is short */
};

static const struct db_stmt retry = {
	.name = "job_retry",
	.sql = "UPDATE background_jobs SET retries = 0, run_after_us = 0 WHERE id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt retry_all = {
	.name = "job_retry_all",
	.sql = "UPDATE background_jobs SET retries = 0, run_after_us = 0 WHERE retries > 0",
	.scan_ok = true, /* a person asks for it, and the table is short */
};

static const struct db_stmt figures = {
	.name = "job_figures",
	.sql = "SELECT CAST(COALESCE(SUM(lease_until_us IS NULL), 0) AS UNSIGNED) AS waiting,"
	       "       CAST(COALESCE(SUM(lease_until_us IS NOT NULL), 0) AS UNSIGNED) AS running,"
	       "       CAST(COALESCE(SUM(lease_until_us IS NULL AND retries > 0), 0) AS UNSIGNED) "
	       "AS failed,"
	       "       MIN(created_us) AS oldest_us"
	       "  FROM background_jobs",
	.out = { DB_COL(struct job_figures, waiting), DB_COL(struct job_figures, running),
		 DB_COL(struct job_figures, failed), DB_COL(struct job_figures, oldest_us) },
	.scan_ok = true,
};

static const struct db_stmt counts = {
	.name = "job_counts",
	.sql = "SELECT job_type, -`rank` AS priority, CAST(COUNT(*) AS UNSIGNED) AS n"
	       "  FROM background_jobs"
	       " GROUP BY job_type, `rank` ORDER BY job_type, `rank` LIMIT 1000", /* JOB_COUNTS_MAX */
	.out = { DB_COL(struct job_count, job_type), DB_COL(struct job_count, priority),
		 DB_COL(struct job_count, n) },
	.scan_ok = true, /* of an index that has nothing else in it */
};

static struct sha256 dedup_of(struct db *db, struct text type, struct text data)
{
	return sha256_of(text_fmt(db_arena(db), "%.*s %.*s", TEXT_F(type), TEXT_F(data)));
}

const struct err *db_job_add_later(struct db *db, const struct job_kind *kind, struct text data,
				   int64_t priority, int64_t run_after_us, uint64_t *ret_id)
{
	struct sha256 dedup = dedup_of(db, text_from(kind->type), data);
	struct job_key key;
	const struct err *e;
	bool found = false;

	if (kind->dedup) {
		e = db_maybe(db, &waiting, DB_ARGS(db_sha(&dedup)), &key, &found);
		if (e)
			return e;
	}
	if (found) {
		if (ret_id)
			*ret_id = key.id;
		return db_exec(db, &again,
			       DB_ARGS(db_i64(run_after_us), db_text(key.queue), db_i64(key.rank),
				       db_u64(key.id)),
			       NULL);
	}
	e = db_exec(db, &insert,
		    DB_ARGS(db_text(text_from(kind->queue)), db_i64(-priority),
			    db_text(text_from(kind->type)), db_text(data),
			    db_sha(kind->dedup ? &dedup : NULL), db_i64(time_now_us()),
			    db_i64(run_after_us)),
		    NULL);
	if (!e && ret_id)
		*ret_id = db_insert_id(db);
	return e;
}

const struct err *db_job_add(struct db *db, const struct job_kind *kind, struct text data,
			     uint64_t *ret_id)
{
	return db_job_add_later(db, kind, data, kind->priority, time_now_us(), ret_id);
}

/* ---- running ---- */

struct claiming {
	const struct job_claim *c;
	struct job job;
	bool found;
};

/* *ret false where somebody has a job of this queue in hand. */
static const struct err *wait_for_turn(struct db *db, struct text queue, int64_t now, bool *ret)
{
	struct turn_row row;
	struct leased_row other;
	const struct err *e = db_one(db, &turn, DB_ARGS(db_text(queue)), &row);
	bool busy = false;

	if (!e)
		e = db_maybe(db, &leased, DB_ARGS(db_text(queue), db_i64(now)), &other, &busy);
	*ret = !busy;
	return e;
}

static const struct err *claim(struct db *db, void *ctx)
{
	struct claiming *k = ctx;
	const struct job_claim *c = k->c;
	int64_t now = time_now_us();
	struct db_val v[4 + JOB_TYPES_MAX] = { db_text(c->queue), db_i64(now), db_i64(now),
					       db_u64(c->max_retries) };
	const struct err *e;

	for (size_t i = 0; i < JOB_TYPES_MAX; i++)
		v[4 + i] = db_text(c->types[i < c->ntypes ? i : 0]);
	e = db_maybe(db, &next, (struct db_vals){ v, ARRAY_SIZE(v) }, &k->job, &k->found);
	if (!e && k->found && c->alone)
		e = wait_for_turn(db, c->queue, now, &k->found);
	if (e || !k->found)
		return e;
	k->job.retries += k->job.lease_until_us.set; /* its runner died */
	k->job.lease_owner = c->owner;
	k->job.lease_until_us = (struct opt_i64){ true, now + c->lease_s * US_PER_S };
	return db_exec(db, &lease,
		       DB_ARGS(db_text(c->owner), db_i64(k->job.lease_until_us.v),
			       db_u64(k->job.retries), db_text(k->job.queue), db_i64(k->job.rank),
			       db_u64(k->job.id)),
		       NULL);
}

const struct err *db_job_claim(struct db *db, const struct job_claim *c, struct job *ret,
			       bool *ret_found)
{
	struct claiming k = { .c = c };
	const struct err *e;

	BUG_ON(!c->ntypes || c->ntypes > JOB_TYPES_MAX);
	e = db_tx(db, claim, &k);
	if (e)
		return e;
	*ret_found = k.found;
	if (k.found)
		*ret = k.job;
	return NULL;
}

const struct err *db_job_extend(struct db *db, const struct job *j, int64_t lease_s, bool *ret_ours)
{
	uint64_t n = 0;
	const struct err *e = db_exec(db, &extend,
				      DB_ARGS(db_i64(time_now_us() + lease_s * US_PER_S),
					      db_u64(j->id), db_text(j->lease_owner)),
				      &n);

	*ret_ours = n == 1;
	return e;
}

const struct err *db_job_done(struct db *db, const struct job *j, bool *ret_ours)
{
	uint64_t n = 0;
	const struct err *e =
		db_exec(db, &done, DB_ARGS(db_u64(j->id), db_text(j->lease_owner)), &n);

	*ret_ours = n == 1;
	return e;
}

const struct err *db_job_end(struct db *db, const struct job *j)
{
	bool ours = false;
	const struct err *e = db_job_done(db, j, &ours);

	return e || ours ? e : err_new(db_arena(db), ERR_BUSY, "another runner has this job");
}

static bool is_dedup(struct text type)
{
	for (size_t i = 0; i < ARRAY_SIZE(all_kinds); i++)
		if (text_eq(type, text_from(all_kinds[i]->type)))
			return all_kinds[i]->dedup;
	return false;
}

static const struct err *give_back(struct db *db, const struct job *j, uint64_t retries,
				   int64_t run_after_us, struct text why)
{
	struct sha256 dedup = dedup_of(db, j->job_type, j->data);

	return db_exec(db, &failed,
		       DB_ARGS(db_u64(retries), db_i64(run_after_us), db_text(why),
			       db_sha(is_dedup(j->job_type) ? &dedup : NULL), db_u64(j->id),
			       db_text(j->lease_owner)),
		       NULL);
}

const struct err *db_job_failed(struct db *db, const struct job *j, struct text why)
{
	int64_t wait_s =
		j->retries + 1 < 12 ? 60 * ((int64_t)1 << (j->retries + 1)) : BACKOFF_MAX_S;

	if (wait_s > BACKOFF_MAX_S)
		wait_s = BACKOFF_MAX_S;
	why = text_lossy(db_arena(db), text_sub(why, 0, ERROR_MAX));
	return give_back(db, j, j->retries + 1, time_now_us() + wait_s * US_PER_S, why);
}

const struct err *db_job_release(struct db *db, const struct job *j)
{
	return give_back(db, j, j->retries, time_now_us(), j->last_error);
}

const struct err *db_job_delete(struct db *db, uint64_t id)
{
	return db_exec(db, &delete_job, DB_ARGS(db_u64(id)), NULL);
}

const struct err *db_job_list(struct db *db, uint64_t after_id, struct job **ret, size_t *ret_n)
{
	return db_all(db, &list, DB_ARGS(db_u64(after_id)), sizeof(**ret), ret, ret_n);
}

const struct err *db_job_waiting(struct db *db, const struct job_kind *kind, struct text data,
				 struct job *ret, bool *ret_found)
{
	struct sha256 dedup = dedup_of(db, text_from(kind->type), data);

	return db_maybe(db, &waiting_as, DB_ARGS(db_sha(&dedup)), ret, ret_found);
}

const struct err *db_job_retry(struct db *db, uint64_t id)
{
	uint64_t n = 0;
	const struct err *e = db_exec(db, &retry, DB_ARGS(db_u64(id)), &n);

	if (e || n)
		return e;
	return err_new(db_arena(db), ERR_NOT_FOUND, "there is no job %llu", (unsigned long long)id);
}

const struct err *db_job_retry_all(struct db *db, uint64_t *ret_n)
{
	return db_exec(db, &retry_all, DB_NO_ARGS, ret_n);
}

struct retrying {
	uint64_t id;
	const struct audit_entry *note;
	uint64_t n;
};

static const struct err *retry_noted(struct db *db, void *ctx)
{
	struct retrying *t = ctx;
	const struct err *e;

	t->n = 1;
	e = t->id ? db_job_retry(db, t->id) : db_job_retry_all(db, &t->n);
	return e ? e : db_audit(db, t->note);
}

const struct err *db_job_retry_noted(struct db *db, uint64_t id, const struct audit_entry *note,
				     uint64_t *ret_n)
{
	struct retrying t = { .id = id, .note = note };
	const struct err *e = db_tx(db, retry_noted, &t);

	if (!e)
		*ret_n = t.n;
	return e;
}

const struct err *db_job_failures(struct db *db, struct job **ret, size_t *ret_n)
{
	return db_all(db, &failures, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

const struct err *db_job_figures(struct db *db, struct job_figures *ret)
{
	return db_one(db, &figures, DB_NO_ARGS, ret);
}

static bool is_counted(const struct job_count *v, size_t n, const struct job_kind *kind)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].priority == kind->priority &&
		    text_eq(v[i].job_type, text_from(kind->type)))
			return true;
	return false;
}

const struct err *db_job_counts(struct db *db, struct job_count **ret, size_t *ret_n)
{
	struct job_count *found, *all;
	size_t n, have;
	const struct err *e = db_all(db, &counts, DB_NO_ARGS, sizeof(*found), &found, &n);

	if (e)
		return e;
	have = n;
	all = arena_array(db_arena(db), n + ARRAY_SIZE(all_kinds), sizeof(*all));
	for (size_t i = 0; i < n; i++)
		all[i] = found[i];
	for (size_t i = 0; i < ARRAY_SIZE(all_kinds); i++)
		if (!is_counted(found, have, all_kinds[i]))
			all[n++] = (struct job_count){ .job_type = text_from(all_kinds[i]->type),
						       .priority = all_kinds[i]->priority };
	*ret = all;
	*ret_n = n;
	return NULL;
}

const struct db_stmt *const db_job_stmts[] = { &waiting,    &again,   &insert,   &next,
					       &lease,      &extend,  &done,     &failed,
					       &delete_job, &list,    &failures, &retry,
					       &retry_all,  &figures, &counts,   &waiting_as,
					       &turn,       &leased,  NULL };
