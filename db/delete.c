#include "db/delete.h"

#include "app/base/arena.h"
#include "app/base/fault.h"
#include "app/base/time.h"
#include "db/crate_order.h"
#include "db/dependency_count.h"
#include "db/derived.h"
#include "db/feed.h"
#include "db/job.h"
#include "db/link.h"
#include "db/mail.h"

#include <stddef.h>

struct crate_row {
	struct text name, canon_name;
	int64_t created_us;
};

#define DAY_US ((int64_t)24 * 3600 * US_PER_S)
enum { YOUNG_DAYS = 3, DOWNLOADS_A_MONTH = 1000, MONTH_DAYS = 30 };

static const struct db_stmt names = {
	.name = "delete_names",
	.sql = "SELECT name, canon_name, created_us FROM crates WHERE id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct crate_row, name), DB_COL(struct crate_row, canon_name),
		 DB_COL(struct crate_row, created_us) },
};

static const struct db_stmt lock = {
	.name = "delete_lock",
	.sql = "SELECT name, canon_name, created_us FROM crates WHERE id = ? FOR UPDATE",
	.in = { DB_U64 },
	.out = { DB_COL(struct crate_row, name), DB_COL(struct crate_row, canon_name),
		 DB_COL(struct crate_row, created_us) },
};

struct facts_row {
	uint64_t owners, downloads;
};

static const struct db_stmt facts = {
	.name = "delete_facts",
	.sql = "SELECT CAST(COALESCE((SELECT COUNT(*) FROM crate_owners o"
	       "                       WHERE o.crate_id = c.id AND o.deleted = 0), 0) AS UNSIGNED)"
	       "         AS owners,"
	       "       CAST(COALESCE((SELECT d.downloads FROM crate_downloads d"
	       "                       WHERE d.crate_id = c.id), 0) AS UNSIGNED) AS downloads"
	       "  FROM crates c WHERE c.id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct facts_row, owners), DB_COL(struct facts_row, downloads) },
};

struct dependent_row {
	struct text name, num;
};

static const struct db_stmt dependent = {
	.name = "delete_dependent",
	.sql = "SELECT c.name, v.num"
	       "  FROM dependencies d"
	       "  JOIN versions v ON v.id = d.version_id"
	       "  JOIN crates c ON c.id = v.crate_id"
	       " WHERE d.crate_id = ? AND v.crate_id <> ?"
	       " ORDER BY d.version_id DESC, d.id DESC"
	       " LIMIT 1",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct dependent_row, name), DB_COL(struct dependent_row, num) },
};

struct num_row {
	struct text num;
};

static const struct db_stmt version_num = {
	.name = "delete_version_num",
	.sql = "SELECT num FROM versions WHERE id = ? AND crate_id = ?",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct num_row, num) },
};

static const struct db_stmt version_drop = {
	.name = "delete_version",
	.sql = "DELETE FROM versions WHERE id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt versions_drop = {
	.name = "delete_versions",
	.sql = "DELETE FROM versions WHERE crate_id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt crate_drop = {
	.name = "delete_crate",
	.sql = "DELETE FROM crates WHERE id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt remember = {
	.name = "delete_remember",
	.sql = "INSERT INTO deleted_crates"
	       " (name, canon_name, created_us, deleted_us, deleted_by, message, available_us)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?)",
	.in = { DB_TEXT, DB_TEXT, DB_I64, DB_I64, DB_OPT_U64, DB_TEXT, DB_I64 },
};

static const struct db_stmt count_less = {
	.name = "delete_count_less",
	.sql = "UPDATE metadata SET num_crates = GREATEST(num_crates, 1) - 1 WHERE id = 1",
};

struct run {
	const struct delete_in *in;
	struct delete_out out;
	struct crate_row crate;
	int64_t now_us;
};

/* The lock of the name comes first, then the crate's row: the order of a publish. */
static const struct err *lock_crate(struct db *db, struct run *r)
{
	struct db_val id = db_u64(r->in->crate_id);
	const struct err *e = db_one(db, &names, DB_ARGS(id), &r->crate);

	if (!e)
		e = db_index_changed(db, r->crate.canon_name, r->crate.name, r->now_us);
	if (!e)
		e = db_one(db, &lock, DB_ARGS(id), &r->crate);
	if (e)
		return e;
	r->out = (struct delete_out){ .name = r->crate.name, .canon = r->crate.canon_name };
	return NULL;
}

#define REFUSE(db, ...) err_new_status(db_arena(db), ERR_INVALID, 422, __VA_ARGS__)

/* Read behind the locks: owners, and dependents, cannot come any more. */
static const struct err *check_age(struct db *db, const struct run *r)
{
	int64_t age_us = r->now_us - r->crate.created_us, months;
	struct facts_row row;
	const struct err *e;

	if (age_us <= YOUNG_DAYS * DAY_US)
		return NULL;
	e = db_one(db, &facts, DB_ARGS(db_u64(r->in->crate_id)), &row);
	if (e)
		return e;
	if (row.owners > 1)
		return REFUSE(db, "only crates with a single owner can be deleted after 72 hours");
	months = (age_us / DAY_US + MONTH_DAYS - 1) / MONTH_DAYS;
	if (row.downloads > (uint64_t)(DOWNLOADS_A_MONTH * months))
		return REFUSE(db,
			      "only crates with less than %d downloads per month can be deleted "
			      "after 72 hours",
			      DOWNLOADS_A_MONTH);
	return NULL;
}

static const struct err *check_dependents(struct db *db, const struct run *r)
{
	struct db_val id = db_u64(r->in->crate_id);
	struct dependent_row row;
	bool found;
	const struct err *e = db_maybe(db, &dependent, DB_ARGS(id, id), &row, &found);

	if (e || !found)
		return e;
	return REFUSE(db,
		      "only crates without reverse dependencies can be deleted (e.g. %.*s@%.*s "
		      "depends on this crate)",
		      TEXT_F(row.name), TEXT_F(row.num));
}

static const struct err *check_rules(struct db *db, const struct run *r)
{
	const struct err *e = check_age(db, r);

	return e ? e : check_dependents(db, r);
}

const struct err *db_delete_refusal(struct db *db, uint64_t crate_id, struct text *ret_refusal)
{
	const struct delete_in in = { .crate_id = crate_id };
	struct run r = { .in = &in, .now_us = time_now_us() };
	const struct err *e = db_one(db, &names, DB_ARGS(db_u64(crate_id)), &r.crate);

	*ret_refusal = TEXT_NONE;
	if (!e)
		e = check_rules(db, &r);
	if (!e || err_status(e) != 422)
		return e;
	*ret_refusal = e->detail;
	return NULL;
}

static const struct err *drop_version(struct db *db, struct run *r)
{
	struct derived d = { .crate_id = r->in->crate_id, .added = -1 };
	struct num_row row;
	const struct err *e =
		db_one(db, &version_num,
		       DB_ARGS(db_u64(r->in->version_id), db_u64(r->in->crate_id)), &row);

	if (e)
		return e;
	r->out.num = row.num;
	e = db_derive_gone(db, d.crate_id);
	if (!e)
		e = db_dependencies_uncounted(db, r->in->version_id);
	if (!e)
		e = db_exec(db, &version_drop, DB_ARGS(db_u64(r->in->version_id)), NULL);
	if (!e)
		e = db_derive(db, &d);
	return e ? e : db_feed_jobs(db, r->crate.name, false);
}

/* Versions, words and what others count of them go first, by the functions that keep the counts. */
static const struct err *empty_crate(struct db *db, struct run *r)
{
	struct texts none = { NULL, 0 }, unknown;
	uint64_t id = r->in->crate_id, new_keywords;
	const struct err *e = db_derive_gone(db, id);

	if (!e)
		e = db_link_keywords(db, id, none, &new_keywords);
	if (!e)
		e = db_link_categories(db, id, none, &unknown);
	if (!e)
		e = db_dependencies_of_crate_uncounted(db, id);
	return e ? e : db_exec(db, &versions_drop, DB_ARGS(db_u64(id)), NULL);
}

static const struct err *drop_crate(struct db *db, struct run *r)
{
	const struct delete_in *in = r->in;
	struct opt_u64 by = { in->user_id != 0, in->user_id };
	const struct err *e = empty_crate(db, r);

	if (!e)
		e = db_exec(db, &crate_drop, DB_ARGS(db_u64(in->crate_id)), NULL);
	if (!e)
		e = db_exec(db, &remember,
			    DB_ARGS(db_text(r->crate.name), db_text(r->crate.canon_name),
				    db_i64(r->crate.created_us), db_i64(r->now_us), db_opt_u64(by),
				    db_text(in->message),
				    db_i64(r->now_us + in->availability_s * US_PER_S)),
			    NULL);
	if (!e)
		e = db_job_add(db, &job_delete_files,
			       text_fmt(db_arena(db), "{\"name\":\"%.*s\"}", TEXT_F(r->crate.name)),
			       NULL);
	if (!e)
		e = db_feed_jobs(db, TEXT_NONE, true);
	if (!e && in->by_owner)
		e = db_mail_crate_deletion(db, in->user_id, r->crate.name);
	if (!e)
		e = db_crate_orders_changed(db, CRATE_ORDERS);
	/* the one row that all publishes share comes last */
	return e ? e : db_exec(db, &count_less, DB_NO_ARGS, NULL);
}

static const struct err *run(struct db *db, void *ctx)
{
	struct run *r = ctx;
	const struct err *e;

	r->now_us = time_now_us();
	FAULT_POINT(db_arena(db), DELETE_TX_BEGUN);
	e = lock_crate(db, r);
	if (!e && r->in->by_owner)
		e = check_rules(db, r);
	if (!e)
		e = db_index_settle_job(db, r->crate.canon_name, r->now_us, &r->out.settle_job_id);
	if (!e)
		e = db_index_git_job(db, r->crate.name);
	if (e)
		return e;
	FAULT_POINT(db_arena(db), DELETE_TX_LOCKED);
	e = r->in->version_id ? drop_version(db, r) : drop_crate(db, r);
	if (!e && r->in->note)
		e = db_audit(db, r->in->note);
	if (e)
		return e;
	FAULT_POINT(db_arena(db), DELETE_TX_ROWS);
	return NULL;
}

/* Whether a COMMIT whose answer was lost came through: ids are never given again. */
static const struct err *read_back(struct db *db, const struct run *r, const struct err *lost)
{
	const struct delete_in *in = r->in;
	struct crate_row crate;
	struct num_row num;
	bool found;
	const struct err *e =
		in->version_id
			? db_maybe(db, &version_num,
				   DB_ARGS(db_u64(in->version_id), db_u64(in->crate_id)), &num,
				   &found)
			: db_maybe(db, &names, DB_ARGS(db_u64(in->crate_id)), &crate, &found);

	return !e && !found ? NULL : lost;
}

const struct err *db_delete(struct db *db, const struct delete_in *in, struct delete_out *ret)
{
	struct run r = { .in = in };
	const struct err *e = db_tx(db, run, &r);

	if (e && db_commit_uncertain(db))
		e = read_back(db, &r, e);
	if (!e)
		*ret = r.out;
	return e;
}

const struct db_stmt *const db_delete_stmts[] = {
	&names,         &lock,       &facts,    &dependent,  &version_num, &version_drop,
	&versions_drop, &crate_drop, &remember, &count_less, NULL,
};
