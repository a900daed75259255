#include "db/feed.h"

#include "app/base/time.h"
#include "db/job.h"

#define HOUR_US ((int64_t)3600 * US_PER_S)

#define DESCRIPTION "LEFT(c.description, 4000) AS description"
#define VERSION_SQL                                                                                \
	"SELECT c.name AS crate, v.num, " DESCRIPTION ", v.created_us"                             \
	"  FROM versions v JOIN crates c ON c.id = v.crate_id"
#define ITEM_COLS                                                                                  \
	{                                                                                          \
		DB_COL(struct feed_item, crate), DB_COL(struct feed_item, num),                    \
			DB_COL(struct feed_item, description),                                     \
			DB_COL(struct feed_item, created_us)                                       \
	}

/* First those since some time, as many as the feed has; only who finds it full of young ones asks for all of them. */
static const struct db_stmt crates = {
	.name = "feed_crates",
	.sql = "SELECT c.name AS crate, CAST(NULL AS BINARY) AS num, " DESCRIPTION ", c.created_us"
	       "  FROM crates c WHERE c.created_us > ?"
	       " ORDER BY c.created_us DESC, c.id DESC LIMIT ?",
	.in = { DB_I64, DB_U64 },
	.out = ITEM_COLS,
};

static const struct db_stmt updates = {
	.name = "feed_updates",
	.sql = VERSION_SQL " WHERE v.created_us > ?"
			   " ORDER BY v.created_us DESC, v.id DESC LIMIT ?",
	.in = { DB_I64, DB_U64 },
	.out = ITEM_COLS,
};

static const struct db_stmt of_crate = {
	.name = "feed_of_crate",
	.sql = "SELECT c.name AS crate, v.num, CAST(NULL AS CHAR) AS description, v.created_us"
	       "  FROM versions v JOIN crates c ON c.id = v.crate_id"
	       " WHERE v.crate_id = ? AND v.created_us > ?"
	       " ORDER BY v.created_us DESC, v.id DESC LIMIT ?",
	.in = { DB_U64, DB_I64, DB_U64 },
	.out = ITEM_COLS,
};

static const struct db_stmt of_publisher = {
	.name = "feed_of_publisher",
	.sql = VERSION_SQL " WHERE v.published_by = ? ORDER BY v.id DESC LIMIT 50",
	.in = { DB_U64 },
	.out = ITEM_COLS,
};

/* Places that are not used hold 0, which no crate has. */
static const struct db_stmt newest = {
	.name = "feed_newest",
	.sql = VERSION_SQL
	" WHERE v.id IN (SELECT (SELECT n.id FROM versions n WHERE n.crate_id = "
	"k.id ORDER BY n.created_us DESC, n.id DESC LIMIT 1)"
	" FROM crates k WHERE k.id IN (" DB_ROWS_32("?") ", " DB_ROWS_16("?") ", " DB_ROWS_2(
		"?") "))"
		     " ORDER BY v.created_us DESC, v.id DESC LIMIT 50",
	.in = { DB_U64 },
	.in_repeat = FEED_CRATE_IDS,
	.out = ITEM_COLS,
};

static const struct err *all(struct db *db, const struct db_stmt *s, struct db_vals args,
			     struct feed_items *ret)
{
	return db_all(db, s, args, sizeof(*ret->v), &ret->v, &ret->n);
}

/* usual of them, or all that are younger than that where these are more. */
static const struct err *newest_of_all(struct db *db, const struct db_stmt *s, uint64_t usual,
				       int64_t young_us, struct feed_items *ret)
{
	const struct err *e = all(db, s, DB_ARGS(db_i64(INT64_MIN), db_u64(usual)), ret);

	if (e || ret->n < usual || ret->v[ret->n - 1].created_us <= young_us)
		return e;
	return all(db, s, DB_ARGS(db_i64(young_us), db_u64(FEED_OF_ALL_MAX)), ret);
}

const struct err *db_feed_crates(struct db *db, int64_t now_us, struct feed_items *ret)
{
	return newest_of_all(db, &crates, FEED_OF_CRATES, now_us - HOUR_US, ret);
}

const struct err *db_feed_updates(struct db *db, int64_t now_us, struct feed_items *ret)
{
	return newest_of_all(db, &updates, 100, now_us - HOUR_US, ret);
}

const struct err *db_feed_versions(struct db *db, uint64_t crate_id, int64_t now_us,
				   struct feed_items *ret)
{
	int64_t young_us = now_us - 24 * HOUR_US;
	const struct err *e =
		all(db, &of_crate, DB_ARGS(db_u64(crate_id), db_i64(INT64_MIN), db_u64(10)), ret);

	if (e || ret->n < 10 || ret->v[ret->n - 1].created_us <= young_us)
		return e;
	return all(db, &of_crate,
		   DB_ARGS(db_u64(crate_id), db_i64(young_us), db_u64(FEED_OF_ALL_MAX)), ret);
}

const struct err *db_feed_of_publisher(struct db *db, uint64_t user_id, struct feed_items *ret)
{
	return all(db, &of_publisher, DB_ARGS(db_u64(user_id)), ret);
}

const struct err *db_feed_newest(struct db *db, const uint64_t *ids, size_t n,
				 struct feed_items *ret)
{
	struct db_val v[FEED_CRATE_IDS];

	BUG_ON(n > ARRAY_SIZE(v));
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		v[i] = db_u64(i < n ? ids[i] : 0);
	return all(db, &newest, (struct db_vals){ v, ARRAY_SIZE(v) }, ret);
}

const struct err *db_feed_jobs(struct db *db, struct text name, bool crates_too)
{
	const struct err *e = NULL;

	if (name.p)
		e = db_job_add(db, &job_sync_crate_feed,
			       text_fmt(db_arena(db), "{\"name\":\"%.*s\"}", TEXT_F(name)), NULL);
	if (!e)
		e = db_job_add(db, &job_sync_updates_feed, TEXT("{}"), NULL);
	return e || !crates_too ? e : db_job_add(db, &job_sync_crates_feed, TEXT("{}"), NULL);
}

const struct db_stmt *const db_feed_stmts[] = {
	&crates, &updates, &of_crate, &of_publisher, &newest, NULL,
};
