#include "db/db_parts.h"

#include "app/base/arena.h"
#include "app/base/config.h"

#include <errmsg.h>
#include <mysqld_error.h>

#include "app/base/banned.h"

enum { BUSY_RETRY_S = 5 };

static enum fail fail_of(unsigned no)
{
	switch (no) {
	case 0:
		return FAIL_NONE;
	case CR_SERVER_GONE_ERROR:
	case CR_SERVER_LOST:
	case CR_SERVER_LOST_EXTENDED:
	case CR_COMMANDS_OUT_OF_SYNC:
	case ER_SERVER_SHUTDOWN:
	case ER_CONNECTION_KILLED:
	case 4031: /* MySQL: closed because of inactivity */
		return FAIL_LOST;
	case ER_LOCK_WAIT_TIMEOUT:
		return FAIL_WAIT;
	case ER_LOCK_DEADLOCK:
	case ER_UNKNOWN_COM_ERROR: /* 1047: a Galera node that is not (yet) part of the cluster */
	case ER_CHECKREAD:         /* 1020: MariaDB 11's snapshot conflict */
		return FAIL_RETRY;
	case ER_NEED_REPREPARE:
	case ER_UNKNOWN_STMT_HANDLER:
		return FAIL_STALE;
	default:
		return FAIL_OTHER;
	}
}

bool db_may_again(enum fail f)
{
	return f == FAIL_RETRY || f == FAIL_WAIT;
}

const struct err *db_busy(struct db *db, struct text cause)
{
	struct err *e = arena_alloc(db->arena, sizeof(*e));

	*e = (struct err){ .kind = ERR_BUSY,
			   .retry_after_s = BUSY_RETRY_S,
			   .detail = TEXT("Service unavailable"),
			   .cause = cause,
			   .where = ERR_WHERE };
	return e;
}

static const struct err *read_only(struct db *db, struct text cause)
{
	return err_because(db->arena, ERR_BUSY, cause,
			   "%.*s is currently in read-only mode. Please check %.*s for details and "
			   "try again later.",
			   TEXT_F(db->cfg->site.domain), TEXT_F(db->cfg->site.url));
}

const struct err *db_fail(struct db *db, const char *what, unsigned no, const char *words)
{
	struct text cause = text_fmt(db->arena, "%s: %u %s", what, no, words);

	db->last = fail_of(no);
	if (db->in_tx && (db->last == FAIL_LOST || db_may_again(db->last)))
		db->tx_fail = db->last;
	if (db->last == FAIL_LOST)
		db_close_all(db);
	if (db->last == FAIL_LOST || db_may_again(db->last))
		return db_busy(db, cause);
	switch (no) {
	case ER_DUP_ENTRY:
		return err_because(db->arena, ERR_EXISTS, cause, "Already exists");
	case ER_NO_REFERENCED_ROW:
	case ER_NO_REFERENCED_ROW_2:
		return err_because(db->arena, ERR_NOT_FOUND, cause, "Not Found");
	case ER_OPTION_PREVENTS_STATEMENT:
	case ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION:
	case ER_READ_ONLY_MODE:
		return read_only(db, cause);
	case ER_STATEMENT_TIMEOUT:
	case ER_QUERY_INTERRUPTED:
	case ER_RECORD_FILE_FULL:
	case ER_DISK_FULL:
	case ER_LOCK_TABLE_FULL:
	case ER_TOO_MANY_CONCURRENT_TRXS:
	case ER_MAX_PREPARED_STMT_COUNT_REACHED:
		return db_busy(db, cause);
	default:
		return err_because(db->arena, ERR_INTERNAL, cause, "database: %.*s", TEXT_F(cause));
	}
}

const struct err *db_fail_my(struct db *db, const char *what)
{
	return db_fail(db, what, mysql_errno(db->my), mysql_error(db->my));
}

const struct err *db_fail_stmt(struct db *db, const struct prepared *p)
{
	/* the words live in the statement, which db_fail() may close after it has copied them */
	return db_fail(db, p->s->name, mysql_stmt_errno(p->st), mysql_stmt_error(p->st));
}
