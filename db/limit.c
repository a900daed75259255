#include "db/limit.h"

#include <stddef.h>

struct bucket_row {
	int64_t tokens, last_refill_us;
};

struct burst_row {
	int64_t burst;
};

static const struct db_stmt bucket_lock = {
	.name = "limit_bucket_lock",
	.sql = "SELECT tokens, last_refill_us"
	       "  FROM publish_limit_buckets"
	       " WHERE user_id = ? AND action = ?"
	       "   FOR UPDATE",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct bucket_row, tokens), DB_COL(struct bucket_row, last_refill_us) },
};

static const struct db_stmt bucket_put = {
	.name = "limit_bucket_put",
	.sql = "INSERT INTO publish_limit_buckets (user_id, action, tokens, last_refill_us)"
	       " VALUES (?, ?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE tokens = VALUES(tokens),"
	       "                         last_refill_us = VALUES(last_refill_us)",
	.in = { DB_U64, DB_U64, DB_I64, DB_I64 },
};

static const struct db_stmt override = {
	.name = "limit_override",
	.sql = "SELECT burst"
	       "  FROM publish_rate_overrides"
	       " WHERE user_id = ? AND action = ? AND (expires_us IS NULL OR expires_us > ?)",
	.in = { DB_U64, DB_U64, DB_I64 },
	.out = { DB_COL(struct burst_row, burst) },
};

struct taking {
	uint64_t user_id, action;
	int64_t now_us;
	struct limit limit;
	struct bucket bucket;
	bool passed;
};

static const struct err *take(struct db *db, void *ctx)
{
	struct taking *t = ctx;
	struct bucket_row row;
	struct burst_row burst;
	const struct err *e;
	bool found;

	e = db_maybe(db, &override,
		     DB_ARGS(db_u64(t->user_id), db_u64(t->action), db_i64(t->now_us)), &burst,
		     &found);
	if (e)
		return e;
	if (found && burst.burst >= 1)
		t->limit.burst = (uint64_t)burst.burst;
	e = db_maybe(db, &bucket_lock, DB_ARGS(db_u64(t->user_id), db_u64(t->action)), &row,
		     &found);
	if (e)
		return e;
	if (found) {
		t->bucket = (struct bucket){ row.tokens, row.last_refill_us };
		t->passed = bucket_take(&t->bucket, &t->limit, t->now_us);
	} else {
		t->bucket = bucket_new(&t->limit, t->now_us);
		t->passed = true;
	}
	return db_exec(db, &bucket_put,
		       DB_ARGS(db_u64(t->user_id), db_u64(t->action), db_i64(t->bucket.tokens),
			       db_i64(t->bucket.refilled_us)),
		       NULL);
}

const struct err *db_limit_take(struct db *db, uint64_t user_id, enum limit_action action,
				const struct limit *limit, int64_t now_us, struct text site_url)
{
	struct taking t = {
		.user_id = user_id, .action = (uint64_t)action, .now_us = now_us, .limit = *limit
	};
	const struct err *e = db_tx(db, take, &t);

	if (e || t.passed)
		return e;
	return bucket_refusal(db_arena(db), action, &t.bucket, &t.limit, now_us, site_url);
}

const struct db_stmt *const db_limit_stmts[] = { &bucket_lock, &bucket_put, &override, NULL };
