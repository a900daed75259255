#include "db/download_sum.h"

#include "app/base/arena.h"
#include "app/base/fault.h"
#include "app/base/time.h"
#include "db/crate_order.h"

#include <stddef.h>

#define DAY_US ((int64_t)24 * 3600 * US_PER_S)

struct id_row {
	uint64_t id;
};

/* ---- which crates */

/* processed: all of it is in the sums. Whoever adds to a day takes it back (db/download_count.c). */
#define WAITING_DAY " d.processed = 0 AND d.downloads > d.counted "

static const struct db_stmt waiting = {
	.name = "download_sum_waiting",
	.sql = "SELECT DISTINCT v.crate_id AS id"
	       "  FROM version_downloads d FORCE INDEX (version_downloads_processed)"
	       "  JOIN versions v ON v.id = d.version_id"
	       " WHERE" WAITING_DAY "AND v.crate_id > ? ORDER BY v.crate_id LIMIT 100000",
	.in = { DB_U64 },
	.out = { DB_COL(struct id_row, id) },
};

static const struct db_stmt grown_old = {
	.name = "download_sum_grown_old",
	.sql = "SELECT DISTINCT v.crate_id AS id"
	       "  FROM version_downloads d FORCE INDEX (version_downloads_date)"
	       "  JOIN versions v ON v.id = d.version_id"
	       " WHERE d.date > (SELECT recent_date - INTERVAL 90 DAY FROM metadata WHERE id = 1)"
	       "   AND d.date <= ? AND v.crate_id > ? ORDER BY v.crate_id LIMIT 100000",
	.in = { DB_TEXT, DB_U64 },
	.out = { DB_COL(struct id_row, id) },
};

static const struct db_stmt all = {
	.name = "download_sum_all",
	.sql = "SELECT id FROM crates WHERE id > ? ORDER BY id LIMIT 100000",
	.in = { DB_U64 },
	.out = { DB_COL(struct id_row, id) },
};

struct known_row {
	bool known;
};

static const struct db_stmt days_known = {
	.name = "download_sum_days_known",
	.sql = "SELECT recent_date IS NOT NULL AS known FROM metadata WHERE id = 1",
	.out = { DB_COL(struct known_row, known) },
};

static const struct db_stmt set_days = {
	.name = "download_sum_set_days",
	.sql = "UPDATE metadata SET recent_date = ? WHERE id = 1",
	.in = { DB_TEXT },
};

const struct err *db_downloads_waiting(struct db *db, uint64_t after, uint64_t **ret, size_t *ret_n)
{
	return db_all(db, &waiting, DB_ARGS(db_u64(after)), sizeof(**ret), ret, ret_n);
}

const struct err *db_downloads_grown_old(struct db *db, int64_t now_us, uint64_t after,
					 uint64_t **ret, size_t *ret_n)
{
	struct time_text last = time_date(now_us - RECENT_DAYS * DAY_US);
	struct known_row row;
	const struct err *e = db_one(db, &days_known, DB_NO_ARGS, &row);

	if (e)
		return e;
	if (!row.known)
		return db_all(db, &all, DB_ARGS(db_u64(after)), sizeof(**ret), ret, ret_n);
	return db_all(db, &grown_old, DB_ARGS(db_text(text_from(last.s)), db_u64(after)),
		      sizeof(**ret), ret, ret_n);
}

const struct err *db_downloads_are_recent(struct db *db, int64_t now_us)
{
	struct time_text today = time_date(now_us);

	return db_exec(db, &set_days, DB_ARGS(db_text(text_from(today.s))), NULL);
}

/* ---- their sums */

/* Places that are not used repeat the last crate. */
#define THESE "IN (" DB_ROWS_64("?") ")"
#define WAITING_OF_THESE                                                                           \
	" FROM versions w"                                                                         \
	" JOIN version_downloads d FORCE INDEX (version_downloads_processed)"                      \
	"   ON d.version_id = w.id AND" WAITING_DAY " WHERE w.crate_id " THESE
#define OF_THESE .in = { DB_U64 }, .in_repeat = DOWNLOAD_SUM_CRATES

static const struct db_stmt lock = {
	.name = "download_sum_lock",
	.sql = "SELECT id FROM crates WHERE id " THESE " ORDER BY id LIMIT 64 FOR UPDATE",
	OF_THESE,
	.out = { DB_COL(struct id_row, id) },
};

struct sum_row {
	uint64_t n;
};

static const struct db_stmt more = {
	.name = "download_sum_more",
	.sql = "SELECT CAST(COALESCE(SUM(d.downloads - d.counted), 0) AS UNSIGNED) AS "
	       "n" WAITING_OF_THESE,
	OF_THESE,
	.out = { DB_COL(struct sum_row, n) },
};

static const struct db_stmt of_versions = {
	.name = "download_sum_versions",
	.sql = "UPDATE versions v JOIN (SELECT d.version_id, SUM(d.downloads - d.counted) AS "
	       "more" WAITING_OF_THESE " GROUP BY d.version_id) p ON p.version_id = v.id"
	       "   SET v.downloads = v.downloads + p.more",
	OF_THESE,
};

static const struct db_stmt of_crates = {
	.name = "download_sum_crates",
	.sql = "UPDATE crate_downloads c"
	       "  JOIN (SELECT w.crate_id, SUM(d.downloads - d.counted) AS more" WAITING_OF_THESE
	       " GROUP BY w.crate_id) p ON p.crate_id = c.crate_id"
	       "   SET c.downloads = c.downloads + p.more",
	OF_THESE,
};

static const struct db_stmt are_counted = {
	.name = "download_sum_are_counted",
	.sql = "UPDATE versions w"
	       "  JOIN version_downloads d FORCE INDEX (version_downloads_processed)"
	       "    ON d.version_id = w.id AND" WAITING_DAY
	       "   SET d.counted = d.downloads, d.processed = 1 WHERE w.crate_id " THESE,
	OF_THESE,
};

static const struct db_stmt of_dependents = {
	.name = "download_sum_dependents",
	.sql = "UPDATE reverse_dependencies r"
	       "  JOIN crate_downloads c ON c.crate_id = r.dependent_crate_id"
	       "   SET r.dependent_downloads = c.downloads WHERE r.dependent_crate_id " THESE,
	OF_THESE,
};

/* NULL where there is no day with downloads among them. */
static const struct db_stmt of_days = {
	.name = "download_sum_days",
	.sql = "UPDATE recent_crate_downloads r"
	       "   SET r.downloads = (SELECT SUM(d.counted) FROM versions w"
	       "                        JOIN version_downloads d ON d.version_id = w.id"
	       "                         AND d.date > ?"
	       "                       WHERE w.crate_id = r.crate_id)"
	       " WHERE r.crate_id " THESE,
	.in = { DB_TEXT, DB_U64 },
	.in_once = 1,
	.in_repeat = DOWNLOAD_SUM_CRATES,
};

static const struct db_stmt of_site = {
	.name = "download_sum_site",
	.sql = "UPDATE metadata SET total_downloads = total_downloads + ? WHERE id = 1",
	.in = { DB_U64 },
};

struct summing {
	struct db_val args[1 + DOWNLOAD_SUM_CRATES]; /* the first day, and the crates */
};

static const struct err *add_waiting(struct db *db, struct db_vals ids)
{
	const struct db_stmt *const steps[] = { &of_versions, &of_crates, &are_counted,
						&of_dependents };
	struct sum_row sum;
	const struct err *e = db_one(db, &more, ids, &sum);

	if (e || !sum.n)
		return e;
	for (size_t i = 0; !e && i < ARRAY_SIZE(steps); i++)
		e = db_exec(db, steps[i], ids, NULL);
	if (e)
		return e;
	FAULT_POINT(db_arena(db), SUM_TX_CRATES);
	return db_exec(db, &of_site, DB_ARGS(db_u64(sum.n)), NULL);
}

static const struct err *sum(struct db *db, void *ctx)
{
	const struct summing *s = ctx;
	struct db_vals ids = { s->args + 1, DOWNLOAD_SUM_CRATES };
	struct id_row *locked;
	size_t n;
	const struct err *e = db_all(db, &lock, ids, sizeof(*locked), &locked, &n);

	if (!e)
		e = add_waiting(db, ids);
	if (!e)
		e = db_exec(db, &of_days, (struct db_vals){ s->args, ARRAY_SIZE(s->args) }, NULL);
	return e ? e : db_crate_orders_changed(db, CRATE_ORDERS_OF_DOWNLOADS);
}

const struct err *db_downloads_sum(struct db *db, const uint64_t *ids, size_t n, int64_t now_us)
{
	struct time_text before = time_date(now_us - RECENT_DAYS * DAY_US);
	struct summing s;
	const struct err *e;

	BUG_ON(!n || n > DOWNLOAD_SUM_CRATES);
	s.args[0] = db_text(text_from(before.s));
	for (size_t i = 0; i < DOWNLOAD_SUM_CRATES; i++)
		s.args[1 + i] = db_u64(ids[i < n ? i : n - 1]);
	e = db_tx(db, sum, &s);
	if (e)
		return e;
	FAULT_POINT(db_arena(db), SUM_AFTER_COMMIT);
	return NULL;
}

const struct db_stmt *const db_download_sum_stmts[] = {
	&waiting,     &grown_old, &all,         &days_known,    &set_days, &lock,    &more,
	&of_versions, &of_crates, &are_counted, &of_dependents, &of_days,  &of_site, NULL,
};
