#include "db/expired.h"

/* 1,000 rows at once, so that nobody waits long for their locks. */
static const struct db_stmt expired_sessions = {
	.name = "expired_sessions",
	.sql = "DELETE FROM sessions WHERE expires_us < ? LIMIT 1000",
	.in = { DB_I64 },
};

static const struct db_stmt expired_links = {
	.name = "expired_links",
	.sql = "DELETE FROM one_time_links WHERE expires_us < ? LIMIT 1000",
	.in = { DB_I64 },
};

static const struct db_stmt expired_trustpub_tokens = {
	.name = "expired_trustpub_tokens",
	.sql = "DELETE FROM trustpub_tokens WHERE expires_us < ? LIMIT 1000",
	.in = { DB_I64 },
};

static const struct db_stmt expired_jtis = {
	.name = "expired_jtis",
	.sql = "DELETE FROM trustpub_used_jtis WHERE expires_us < ? LIMIT 1000",
	.in = { DB_I64 },
};

/* A bucket that was not touched for a day is full again. */
static const struct db_stmt expired_address_buckets = {
	.name = "expired_address_buckets",
	.sql = "DELETE FROM address_limit_buckets WHERE last_refill_us < ? - 86400000000 LIMIT "
	       "1000",
	.in = { DB_I64 },
};

/* Whoever runs the site has had a year to act. */
static const struct db_stmt expired_reports = {
	.name = "expired_reports",
	.sql = "DELETE FROM reports WHERE created_us < ? - 365 * 86400000000 LIMIT 1000",
	.in = { DB_I64 },
};

static const struct db_stmt expired_account_events = {
	.name = "expired_account_events",
	.sql = "DELETE FROM account_events WHERE time_us < ? - 365 * 86400000000 LIMIT 1000",
	.in = { DB_I64 },
};

const struct err *db_expired_delete(struct db *db, int64_t now_us)
{
	static const struct db_stmt *const all[] = { &expired_sessions,        &expired_links,
						     &expired_trustpub_tokens, &expired_jtis,
						     &expired_address_buckets, &expired_reports,
						     &expired_account_events };
	const struct err *e = NULL;

	for (size_t i = 0; !e && i < ARRAY_SIZE(all); i++) {
		uint64_t n;

		do
			e = db_exec(db, all[i], DB_ARGS(db_i64(now_us)), &n);
		while (!e && n == 1000);
	}
	return e;
}

const struct db_stmt *const db_expired_stmts[] = { &expired_sessions,        &expired_links,
						   &expired_trustpub_tokens, &expired_jtis,
						   &expired_address_buckets, &expired_reports,
						   &expired_account_events,  NULL };
