#include "db/report.h"

#include "app/base/time.h"
#include "db/job.h"

static const struct db_stmt insert = {
	.name = "report_insert",
	.sql = "INSERT INTO reports (created_us, user_id, crate, reasons, detail, reply_to)"
	       " VALUES (?, ?, ?, ?, ?, ?)",
	.in = { DB_I64, DB_OPT_U64, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT },
};

#define REPORT_SQL                                                                                 \
	"SELECT r.id, r.created_us, u.username AS login, r.crate, r.reasons, r.detail, "           \
	"       r.reply_to, r.settled_us, r.settled_by"                                            \
	"  FROM reports r LEFT JOIN users u ON u.id = r.user_id"
#define REPORT_COLS                                                                                \
	{                                                                                          \
		DB_COL(struct report, id), DB_COL(struct report, created_us),                      \
			DB_COL(struct report, login), DB_COL(struct report, crate),                \
			DB_COL(struct report, reasons), DB_COL(struct report, detail),             \
			DB_COL(struct report, reply_to), DB_COL(struct report, settled_us),        \
			DB_COL(struct report, settled_by)                                          \
	}

static const struct db_stmt by_id = {
	.name = "report_by_id",
	.sql = REPORT_SQL " WHERE r.id = ?",
	.in = { DB_U64 },
	.out = REPORT_COLS,
};

static const struct db_stmt open_reports = {
	.name = "reports_open",
	.sql = REPORT_SQL " WHERE r.settled_us IS NULL AND r.id < ?"
			  " ORDER BY r.id DESC LIMIT 20", /* REPORTS_MAX */
	.in = { DB_U64 },
	.out = REPORT_COLS,
};

static const struct db_stmt all_reports = {
	.name = "reports_all",
	.sql = REPORT_SQL " WHERE r.id < ? ORDER BY r.id DESC LIMIT 20",
	.in = { DB_U64 },
	.out = REPORT_COLS,
};

static const struct db_stmt settle = {
	.name = "report_settle",
	.sql = "UPDATE reports SET settled_us = ?, settled_by = ? WHERE id = ? AND settled_us IS "
	       "NULL",
	.in = { DB_I64, DB_TEXT, DB_U64 },
};

static const struct db_stmt reopen = {
	.name = "report_reopen",
	.sql = "UPDATE reports SET settled_us = NULL, settled_by = NULL"
	       " WHERE id = ? AND settled_us IS NOT NULL",
	.in = { DB_U64 },
};

static const struct err *add_letter(struct db *db, uint64_t id, bool security)
{
	return db_job_add(db, &job_send_report,
			  text_fmt(db_arena(db), "{\"report_id\":%llu,\"security\":%s}",
				   (unsigned long long)id, security ? "true" : "false"),
			  NULL);
}

static const struct err *add(struct db *db, void *ctx)
{
	const struct report_in *in = ctx;
	struct opt_u64 user = { in->user_id != 0, in->user_id };
	const struct err *e =
		db_exec(db, &insert,
			DB_ARGS(db_i64(time_now_us()), db_opt_u64(user), db_text(in->crate),
				db_text(in->reasons), db_text(in->detail), db_text(in->reply_to)),
			NULL);
	uint64_t id = e ? 0 : db_insert_id(db);

	if (!e)
		e = add_letter(db, id, false);
	return e || !in->security ? e : add_letter(db, id, true);
}

const struct err *db_report_add(struct db *db, const struct report_in *in)
{
	struct report_in copy = *in;

	return db_tx(db, add, &copy);
}

const struct err *db_report(struct db *db, uint64_t id, struct report *ret, bool *ret_found)
{
	return db_maybe(db, &by_id, DB_ARGS(db_u64(id)), ret, ret_found);
}

const struct err *db_reports(struct db *db, bool all, uint64_t before, struct report **ret,
			     size_t *ret_n)
{
	return db_all(db, all ? &all_reports : &open_reports, DB_ARGS(db_u64(before)),
		      sizeof(**ret), ret, ret_n);
}

const struct err *db_report_settle(struct db *db, uint64_t id, bool settled,
				   const struct audit_entry *note, bool *ret_changed)
{
	uint64_t n;
	const struct err *e;

	if (settled)
		e = db_exec_noted(db, &settle,
				  DB_ARGS(db_i64(time_now_us()), db_text(note->actor), db_u64(id)),
				  note, &n);
	else
		e = db_exec_noted(db, &reopen, DB_ARGS(db_u64(id)), note, &n);
	if (!e)
		*ret_changed = n != 0;
	return e;
}

const struct db_stmt *const db_report_stmts[] = {
	&insert, &by_id, &open_reports, &all_reports, &settle, &reopen, NULL,
};
