#include "db/yank.h"

#include "app/base/arena.h"
#include "app/base/fault.h"
#include "app/base/time.h"
#include "db/derived.h"
#include "db/job.h"

#include <stddef.h>

struct name_row {
	struct text name, canon_name;
};

static const struct db_stmt names = {
	.name = "yank_names",
	.sql = "SELECT name, canon_name FROM crates WHERE id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct name_row, name), DB_COL(struct name_row, canon_name) },
};

static const struct db_stmt lock = {
	.name = "yank_lock",
	.sql = "SELECT name, canon_name FROM crates WHERE id = ? FOR UPDATE",
	.in = { DB_U64 },
	.out = { DB_COL(struct name_row, name), DB_COL(struct name_row, canon_name) },
};

struct state_row {
	bool yanked;
	struct text yank_message;
};

static const struct db_stmt state = {
	.name = "yank_state",
	.sql = "SELECT yanked, yank_message FROM versions WHERE id = ? AND crate_id = ?",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct state_row, yanked), DB_COL(struct state_row, yank_message) },
};

/* updated_us follows the yanked state and the message; crates.updated_us does not (upstream, api.md appendix D). */
static const struct db_stmt update = {
	.name = "yank_update",
	.sql = "UPDATE versions SET yanked = ?, yank_message = ?, updated_us = ? WHERE id = ?",
	.in = { DB_BOOL, DB_TEXT, DB_I64, DB_U64 },
};

static const struct db_stmt action = {
	.name = "yank_action",
	.sql = "INSERT INTO version_owner_actions (version_id, user_id, api_token_id, action, "
	       "time_us)"
	       " VALUES (?, ?, ?, ?, ?)",
	.in = { DB_U64, DB_U64, DB_OPT_U64, DB_U64, DB_I64 },
};

struct run {
	const struct yank_in *in;
	struct yank_out out;
	bool want;
};

/* The lock of the name comes first, then the crate's row: the order of a publish. */
static const struct err *lock_crate(struct db *db, struct run *r, int64_t now)
{
	struct db_val id = db_u64(r->in->crate_id);
	struct name_row row;
	const struct err *e = db_one(db, &names, DB_ARGS(id), &row);

	if (!e)
		e = db_index_changed(db, row.canon_name, row.name, now);
	if (!e)
		e = db_one(db, &lock, DB_ARGS(id), &row);
	if (e)
		return e;
	r->out.name = row.name;
	r->out.canon = row.canon_name;
	return NULL;
}

static const struct err *change(struct db *db, struct run *r, int64_t now)
{
	const struct yank_in *in = r->in;
	struct derived d = { .crate_id = in->crate_id };
	const struct err *e = db_exec(db, &update,
				      DB_ARGS(db_bool(r->want), db_text(in->message), db_i64(now),
					      db_u64(in->version_id)),
				      NULL);

	if (!e && in->user_id)
		e = db_exec(db, &action,
			    DB_ARGS(db_u64(in->version_id), db_u64(in->user_id),
				    db_opt_u64((struct opt_u64){ in->token_id != 0, in->token_id }),
				    db_u64(r->want ? 1 : 2), db_i64(now)),
			    NULL);
	if (!e && in->note) {
		struct audit_entry note = *in->note;

		note.crate = r->out.name;
		e = db_audit(db, &note);
	}
	return e ? e : db_derive(db, &d);
}

static const struct err *look(struct db *db, struct run *r, bool *ret_differs)
{
	const struct yank_in *in = r->in;
	struct state_row row;
	const struct err *e =
		db_one(db, &state, DB_ARGS(db_u64(in->version_id), db_u64(in->crate_id)), &row);

	if (e)
		return e;
	r->want = in->yanked.set ? in->yanked.v != 0 : row.yanked;
	*ret_differs = r->want != row.yanked || !text_eq(in->message, row.yank_message);
	return NULL;
}

static const struct err *run(struct db *db, void *ctx)
{
	struct run *r = ctx;
	int64_t now = time_now_us();
	const struct err *e;
	bool differs = false;

	r->out = (struct yank_out){ 0 };
	FAULT_POINT(db_arena(db), YANK_TX_BEGUN);
	e = lock_crate(db, r, now);
	if (!e)
		e = look(db, r,
			 &differs); /* under the lock: another may have done the same meanwhile */
	if (!e && differs)
		e = change(db, r, now);
	if (e)
		return e;
	FAULT_POINT(db_arena(db), YANK_TX_VERSION);
	e = db_index_settle_job(db, r->out.canon, now, &r->out.settle_job_id);
	if (!e)
		e = db_index_git_job(db, r->out.name);
	if (e)
		return e;
	FAULT_POINT(db_arena(db), YANK_TX_JOBS);
	r->out.changed = true;
	r->out.yanked = r->want;
	return NULL;
}

const struct err *db_yank(struct db *db, const struct yank_in *in, struct yank_out *ret)
{
	struct run r = { .in = in };
	bool differs;
	const struct err *e = look(db, &r, &differs);

	if (e)
		return e;
	if (!differs) {
		*ret = (struct yank_out){ .yanked = r.want };
		return NULL;
	}
	e = db_tx(db, run, &r);
	if (!e)
		*ret = r.out;
	return e;
}

const struct db_stmt *const db_yank_stmts[] = { &names, &lock, &state, &update, &action, NULL };
