#include "db/schedule.h"

#include "app/base/time.h"

struct next_row {
	int64_t next_us;
};

static const struct db_stmt due = {
	.name = "schedule_due",
	.sql = "SELECT next_us FROM job_schedule WHERE name = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct next_row, next_us) },
};

static const struct db_stmt add = {
	.name = "schedule_add",
	.sql = "INSERT INTO job_schedule (name, next_us) VALUES (?, ?) ON DUPLICATE KEY UPDATE "
	       "name = VALUES(name)",
	.in = { DB_TEXT, DB_I64 },
};

static const struct db_stmt move = {
	.name = "schedule_move",
	.sql = "UPDATE job_schedule SET next_us = ?, every_s = ?, job_type = ?"
	       " WHERE name = ? AND next_us <= ?",
	.in = { DB_I64, DB_I64, DB_TEXT, DB_TEXT, DB_I64 },
};

static const struct db_stmt done = {
	.name = "schedule_done",
	.sql = "UPDATE job_schedule SET done_us = ? WHERE job_type = ?",
	.in = { DB_I64, DB_TEXT },
};

static const struct db_stmt local = {
	.name = "schedule_local",
	.sql = "INSERT INTO job_schedule (name, next_us, every_s, job_type, done_us)"
	       " VALUES (?, ?, ?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE next_us = VALUES(next_us), every_s = VALUES(every_s),"
	       "                         job_type = VALUES(job_type), done_us = VALUES(done_us)",
	.in = { DB_TEXT, DB_I64, DB_I64, DB_TEXT, DB_I64 },
};

static const struct db_stmt drop = {
	.name = "schedule_drop",
	.sql = "DELETE FROM job_schedule WHERE name = ?",
	.in = { DB_TEXT },
};

static const struct db_stmt list = {
	.name = "schedule_list",
	.sql = "SELECT name, every_s, next_us, done_us FROM job_schedule ORDER BY name LIMIT 100",
	.out = { DB_COL(struct schedule_row, name), DB_COL(struct schedule_row, every_s),
		 DB_COL(struct schedule_row, next_us), DB_COL(struct schedule_row, done_us) },
};

struct scheduling {
	struct text name, data;
	int64_t every_s, now;
	const struct job_kind *kind;
	bool enqueued;
};

static const struct err *take_turn(struct db *db, void *ctx)
{
	struct scheduling *s = ctx;
	uint64_t n = 0;
	const struct err *e = db_exec(db, &move,
				      DB_ARGS(db_i64(s->now + s->every_s * US_PER_S),
					      db_i64(s->every_s), db_text(text_from(s->kind->type)),
					      db_text(s->name), db_i64(s->now)),
				      &n);

	s->enqueued = n == 1;
	if (e || !s->enqueued)
		return e;
	return db_job_add(db, s->kind, s->data, NULL);
}

const struct err *db_schedule_run(struct db *db, const char *name, int64_t every_s,
				  const struct job_kind *kind, struct text data, bool *ret_enqueued)
{
	struct scheduling s = { text_from(name), data, every_s, time_now_us(), kind, false };
	struct next_row row = { 0 };
	const struct err *e;
	bool found;

	*ret_enqueued = false;
	e = db_maybe(db, &due, DB_ARGS(db_text(s.name)), &row, &found);
	if (!e && !found)
		e = db_exec(db, &add, DB_ARGS(db_text(s.name), db_i64(s.now)), NULL);
	if (e || (found && row.next_us > s.now))
		return e;
	e = db_tx(db, take_turn, &s);
	if (!e)
		*ret_enqueued = s.enqueued;
	return e;
}

const struct err *db_schedule_local(struct db *db, const char *name, int64_t every_s,
				    const struct job_kind *kind)
{
	int64_t now = time_now_us();

	return db_exec(db, &local,
		       DB_ARGS(db_text(text_from(name)), db_i64(now + every_s * US_PER_S),
			       db_i64(every_s), db_text(text_from(kind->type)), db_i64(now)),
		       NULL);
}

const struct err *db_schedule_drop(struct db *db, const char *name)
{
	return db_exec(db, &drop, DB_ARGS(db_text(text_from(name))), NULL);
}

const struct err *db_schedule_done(struct db *db, const struct job_kind *kind)
{
	return db_exec(db, &done, DB_ARGS(db_i64(time_now_us()), db_text(text_from(kind->type))),
		       NULL);
}

const struct err *db_schedule_list(struct db *db, struct schedule_row **ret, size_t *ret_n)
{
	return db_all(db, &list, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

const struct db_stmt *const db_schedule_stmts[] = { &due,   &add,  &move, &done,
						    &local, &drop, &list, NULL };
