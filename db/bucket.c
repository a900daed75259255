#include "db/bucket.h"

#include "app/base/time.h"

#include <stddef.h>

struct bucket_row {
	int64_t tokens, last_refill_us;
	struct opt_i64 burst;
};

static const struct db_stmt of_user = {
	.name = "bucket_of_user",
	.sql = "SELECT b.tokens, b.last_refill_us,"
	       "       (SELECT o.burst FROM publish_rate_overrides o"
	       "         WHERE o.user_id = b.user_id AND o.action = b.action"
	       "           AND (o.expires_us IS NULL OR o.expires_us > ?)) AS burst"
	       "  FROM publish_limit_buckets b"
	       " WHERE b.user_id = ? AND b.action = ? FOR UPDATE",
	.in = { DB_I64, DB_U64, DB_U64 },
	.out = { DB_COL(struct bucket_row, tokens), DB_COL(struct bucket_row, last_refill_us),
		 DB_COL(struct bucket_row, burst) },
};

static const struct db_stmt burst_of_user = {
	.name = "bucket_burst_of_user",
	.sql = "SELECT 0 AS tokens, 0 AS last_refill_us, burst"
	       "  FROM publish_rate_overrides"
	       " WHERE user_id = ? AND action = ? AND (expires_us IS NULL OR expires_us > ?)",
	.in = { DB_U64, DB_U64, DB_I64 },
	.out = { DB_COL(struct bucket_row, tokens), DB_COL(struct bucket_row, last_refill_us),
		 DB_COL(struct bucket_row, burst) },
};

static const struct db_stmt insert_user = {
	.name = "bucket_insert_user",
	.sql = "INSERT INTO publish_limit_buckets (user_id, action, tokens, last_refill_us) VALUES "
	       "(?, ?, ?, ?)",
	.in = { DB_U64, DB_U64, DB_I64, DB_I64 },
};

static const struct db_stmt update_user = {
	.name = "bucket_update_user",
	.sql = "UPDATE publish_limit_buckets SET tokens = ?, last_refill_us = ? WHERE user_id = ? "
	       "AND action = ?",
	.in = { DB_I64, DB_I64, DB_U64, DB_U64 },
};

static const struct db_stmt of_subject = {
	.name = "bucket_of_subject",
	.sql = "SELECT tokens, last_refill_us, CAST(NULL AS SIGNED) AS burst"
	       "  FROM address_limit_buckets"
	       " WHERE subject = ? AND action = ? FOR UPDATE",
	.in = { DB_TEXT, DB_U64 },
	.out = { DB_COL(struct bucket_row, tokens), DB_COL(struct bucket_row, last_refill_us),
		 DB_COL(struct bucket_row, burst) },
};

static const struct db_stmt insert_subject = {
	.name = "bucket_insert_subject",
	.sql = "INSERT INTO address_limit_buckets (subject, action, tokens, last_refill_us) VALUES "
	       "(?, ?, ?, ?)",
	.in = { DB_TEXT, DB_U64, DB_I64, DB_I64 },
};

static const struct db_stmt update_subject = {
	.name = "bucket_update_subject",
	.sql = "UPDATE address_limit_buckets SET tokens = ?, last_refill_us = ? WHERE subject = ? "
	       "AND action = ?",
	.in = { DB_I64, DB_I64, DB_TEXT, DB_U64 },
};

struct taking {
	uint64_t user_id; /* 0: the subject */
	struct text subject;
	uint64_t action;
	struct limit limit;
	struct bucket bucket;
	int64_t now;
	bool passed;
};

static const struct err *read_bucket(struct db *db, struct taking *t, struct bucket_row *row,
				     bool *ret_found)
{
	bool found;
	const struct err *e;

	if (!t->user_id)
		return db_maybe(db, &of_subject, DB_ARGS(db_text(t->subject), db_u64(t->action)),
				row, ret_found);
	e = db_maybe(db, &of_user, DB_ARGS(db_i64(t->now), db_u64(t->user_id), db_u64(t->action)),
		     row, ret_found);
	if (e || *ret_found)
		return e;
	return db_maybe(db, &burst_of_user,
			DB_ARGS(db_u64(t->user_id), db_u64(t->action), db_i64(t->now)), row,
			&found);
}

static const struct err *write_bucket(struct db *db, const struct taking *t, bool is_new)
{
	struct db_val who = t->user_id ? db_u64(t->user_id) : db_text(t->subject);
	struct db_val tokens = db_i64(t->bucket.tokens), refill = db_i64(t->bucket.refilled_us);

	if (is_new)
		return db_exec(db, t->user_id ? &insert_user : &insert_subject,
			       DB_ARGS(who, db_u64(t->action), tokens, refill), NULL);
	return db_exec(db, t->user_id ? &update_user : &update_subject,
		       DB_ARGS(tokens, refill, who, db_u64(t->action)), NULL);
}

static const struct err *take(struct db *db, void *ctx)
{
	struct taking *t = ctx;
	struct bucket_row row = { 0 };
	struct limit l = t->limit;
	bool found;
	const struct err *e = read_bucket(db, t, &row, &found);

	if (e)
		return e;
	if (row.burst.set && row.burst.v > 0)
		l.burst = (uint64_t)row.burst.v;
	if (found) {
		t->bucket = (struct bucket){ row.tokens, row.last_refill_us };
		t->passed = bucket_take(&t->bucket, &l, t->now);
	} else {
		t->bucket = bucket_new(&l, t->now);
		t->passed = true;
	}
	return write_bucket(db, t, !found);
}

/* Two first calls at once: one makes the row, the other one finds it when it tries again. */
static const struct err *take_again(struct db *db, struct taking *t)
{
	const struct err *e = db_tx(db, take, t);

	return err_is(e, ERR_EXISTS) ? db_tx(db, take, t) : e;
}

const struct err *db_bucket_take(struct db *db, uint64_t user_id, enum limit_action action,
				 const struct limit *l, struct text site_url)
{
	struct taking t = {
		.user_id = user_id, .action = action, .limit = *l, .now = time_now_us()
	};
	const struct err *e = take_again(db, &t);

	if (e || t.passed)
		return e;
	return bucket_refusal(db_arena(db), action, &t.bucket, l, t.now, site_url);
}

const struct err *db_bucket_take_for(struct db *db, struct text subject, uint64_t action,
				     const struct limit *l, bool *ret_passed, int64_t *ret_retry_us)
{
	struct taking t = {
		.subject = subject, .action = action, .limit = *l, .now = time_now_us()
	};
	const struct err *e = take_again(db, &t);

	*ret_passed = !e && t.passed;
	*ret_retry_us = bucket_retry_us(&t.bucket, l);
	return e;
}

const struct db_stmt *const db_bucket_stmts[] = {
	&of_user,    &burst_of_user,  &insert_user,    &update_user,
	&of_subject, &insert_subject, &update_subject, NULL,
};
