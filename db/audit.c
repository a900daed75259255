#include "db/audit.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "db/job.h"

enum { ADDRESS_MAX = 45 };

static const struct db_stmt add = {
	.name = "audit_add",
	.sql = "INSERT INTO audit (time_us, user_id, actor, action, crate, about_user_id, "
	       "address, detail)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	.in = { DB_I64, DB_OPT_U64, DB_TEXT, DB_TEXT, DB_TEXT, DB_OPT_U64, DB_TEXT, DB_TEXT },
};

#define AUDIT_SQL "SELECT id, time_us, actor, action, crate, address, detail FROM audit"
#define AUDIT_COLS                                                                                 \
	{                                                                                          \
		DB_COL(struct audit_row, id), DB_COL(struct audit_row, time_us),                   \
			DB_COL(struct audit_row, actor), DB_COL(struct audit_row, action),         \
			DB_COL(struct audit_row, crate), DB_COL(struct audit_row, address),        \
			DB_COL(struct audit_row, detail)                                           \
	}

static const struct db_stmt newest = {
	.name = "audit_newest",
	.sql = AUDIT_SQL " ORDER BY id DESC LIMIT 20", /* AUDIT_MAX */
	.out = AUDIT_COLS,
};

static const struct db_stmt about = {
	.name = "audit_about",
	.sql = AUDIT_SQL " WHERE about_user_id = ? ORDER BY id DESC LIMIT 20",
	.in = { DB_U64 },
	.out = AUDIT_COLS,
};

static const struct db_stmt of_crate = {
	.name = "audit_of_crate",
	.sql = AUDIT_SQL " WHERE crate = ? ORDER BY id DESC LIMIT 20",
	.in = { DB_TEXT },
	.out = AUDIT_COLS,
};

static const struct db_stmt by_id = {
	.name = "audit_by_id",
	.sql = AUDIT_SQL " WHERE id = ?",
	.in = { DB_U64 },
	.out = AUDIT_COLS,
};

static struct db_val id_or_null(uint64_t id)
{
	return db_opt_u64((struct opt_u64){ id != 0, id });
}

const struct err *db_audit_by_id(struct db *db, uint64_t id, struct audit_row *ret)
{
	return db_one(db, &by_id, DB_ARGS(db_u64(id)), ret);
}

const struct err *db_audit(struct db *db, const struct audit_entry *a)
{
	const struct err *e =
		db_exec(db, &add,
			DB_ARGS(db_i64(time_now_us()), id_or_null(a->user_id), db_text(a->actor),
				db_text(text_from(a->action)), db_text(a->crate),
				id_or_null(a->about_user_id),
				db_text(text_sub(a->address, 0, ADDRESS_MAX)), db_text(a->detail)),
			NULL);

	if (e || !a->tell)
		return e;
	return db_job_add(
		db, &job_notify_admins,
		text_fmt(db_arena(db), "{\"audit_id\":%llu}", (unsigned long long)db_insert_id(db)),
		NULL);
}

struct noted {
	const struct db_stmt *s;
	struct db_vals args;
	const struct audit_entry *note;
	bool always;
	uint64_t n;
};

static const struct err *exec_noted(struct db *db, void *ctx)
{
	struct noted *x = ctx;
	const struct err *e = db_exec(db, x->s, x->args, &x->n);

	return e || (!x->n && !x->always) ? e : db_audit(db, x->note);
}

const struct err *db_exec_noted(struct db *db, const struct db_stmt *s, struct db_vals args,
				const struct audit_entry *note, uint64_t *ret_n)
{
	struct noted x = { s, args, note, ret_n == NULL, 0 };
	const struct err *e = db_tx(db, exec_noted, &x);

	if (!e && ret_n)
		*ret_n = x.n;
	return e;
}

const struct err *db_audit_newest(struct db *db, struct audit_row **ret, size_t *ret_n)
{
	return db_all(db, &newest, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

const struct err *db_audit_about(struct db *db, uint64_t user_id, struct audit_row **ret,
				 size_t *ret_n)
{
	return db_all(db, &about, DB_ARGS(db_u64(user_id)), sizeof(**ret), ret, ret_n);
}

const struct err *db_audit_crate(struct db *db, struct text crate, struct audit_row **ret,
				 size_t *ret_n)
{
	return db_all(db, &of_crate, DB_ARGS(db_text(crate)), sizeof(**ret), ret, ret_n);
}

const struct db_stmt *const db_audit_stmts[] = { &add, &by_id, &newest, &about, &of_crate, NULL };
