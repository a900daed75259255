#include "db/audit.h"

#include "app/base/time.h"

enum { ADDRESS_MAX = 45 };

static const struct db_stmt add = {
	.name = "audit_add",
	.sql = "INSERT INTO audit (time_us, user_id, actor, action, crate, address, detail)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?)",
	.in = { DB_I64, DB_U64, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT },
};

const struct err *db_audit(struct db *db, const struct audit_entry *a)
{
	return db_exec(db, &add,
		       DB_ARGS(db_i64(time_now_us()), db_u64(a->user_id), db_text(a->actor),
			       db_text(text_from(a->action)), db_text(a->crate),
			       db_text(text_sub(a->address, 0, ADDRESS_MAX)), db_text(a->detail)),
		       NULL);
}

const struct db_stmt *const db_audit_stmts[] = { &add, NULL };
