#include "db/db_parts.h"

#include "app/base/hash.h"
#include "app/base/time.h"

#include <time.h>

#include "app/base/banned.h"

/*
 * A failure costs so much of what one call has for trying again: a deadlock is known at once and is over at once, a lock
 * wait has already taken its seconds.
 */
enum { PATIENCE = 12, DEADLOCK_COSTS = 1, OTHER_COSTS = 3 };

bool db_try_again(enum fail f, int *spent, int *tries)
{
	unsigned char r;
	struct timespec ts = { 0 };

	*spent += f == FAIL_RETRY ? DEADLOCK_COSTS : OTHER_COSTS;
	if (*spent >= PATIENCE)
		return false;
	if (*tries < 4)
		++*tries;
	random_bytes(&r, sizeof(r));
	ts.tv_nsec = (long)(1 + r % 32) * 1000000L * (1L << *tries);
	(void)nanosleep(&ts, NULL);
	return true;
}

static const struct err *begin(struct db *db)
{
	static const char sql[] = "START TRANSACTION";
	const struct err *e = db_connect(db);

	if (!e)
		e = db_run_text(db, "begin", sql, sizeof(sql) - 1);
	if (e && db->last == FAIL_LOST) { /* nothing has been done yet */
		e = db_connect(db);
		if (!e)
			e = db_run_text(db, "begin", sql, sizeof(sql) - 1);
	}
	return e;
}

static const struct err *commit(struct db *db)
{
	static const char sql[] = "COMMIT";
	const struct err *e = db_run_text(db, "commit", sql, sizeof(sql) - 1);

	/* the error of a cluster conflict says that it is rolled back; a lost answer says nothing
	 */
	if (e && db->tx_fail == FAIL_LOST)
		db->uncertain = true;
	return e;
}

static void rollback(struct db *db)
{
	if (db->my && mysql_real_query(db->my, "ROLLBACK", 8))
		db_close_all(db); /* the server rolls back what has lost its connection */
}

static const struct err *begin_snapshot(struct db *db)
{
	/* Whoever takes the rows may write them to a slow disk: the server has patience. */
	static const char patience[] = "SET SESSION net_write_timeout = 600";
	static const char isolation[] = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
	static const char sql[] = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
	const struct err *e = db_connect(db);

	if (!e)
		e = db_run_text(db, "set patience", patience, sizeof(patience) - 1);
	if (!e)
		e = db_run_text(db, "set isolation", isolation, sizeof(isolation) - 1);
	return e ? e : db_run_text(db, "begin", sql, sizeof(sql) - 1);
}

static const struct err *tx_once(struct db *db, const struct err *(*begin_it)(struct db *db),
				 const struct err *(*fn)(struct db *db, void *ctx), void *ctx)
{
	const struct err *e;

	db->last = FAIL_NONE;
	db->tx_fail = FAIL_NONE;
	e = begin_it(db);
	if (e) {
		db->tx_fail = db_may_again(db->last) ? db->last : FAIL_OTHER;
		return e;
	}
	db->in_tx = true;
	e = fn(db, ctx);
	if (!e && db->tx_fail != FAIL_NONE)
		e = db_busy(db, TEXT("the transaction has failed, unseen by its function"));
	if (!e)
		e = commit(db);
	if (e)
		rollback(db);
	db->in_tx = false;
	return e;
}

const struct err *db_tx(struct db *db, const struct err *(*fn)(struct db *db, void *ctx), void *ctx)
{
	int spent = 0, tries = 0;

	BUG_ON(db->in_tx);
	db->uncertain = false;
	for (;;) {
		int64_t from = time_monotonic_us(), before = db->counts.us;
		const struct err *e = tx_once(db, begin, fn, ctx);
		bool again =
			!db->uncertain && (db_may_again(db->tx_fail) || db->tx_fail == FAIL_LOST);

		if (db->counts.us == before && e)
			db->counts.us += time_monotonic_us() - from; /* waiting for a connection */
		if (!e || !again || !db_try_again(db->tx_fail, &spent, &tries))
			return e;
	}
}

const struct err *db_snapshot(struct db *db, const struct err *(*fn)(struct db *db, void *ctx),
			      void *ctx)
{
	BUG_ON(db->in_tx);
	return tx_once(db, begin_snapshot, fn, ctx);
}

bool db_commit_uncertain(const struct db *db)
{
	return db->uncertain;
}
