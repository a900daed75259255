#include "db/account_event.h"

#include "app/base/time.h"

enum { ADDRESS_MAX = 45, AGENT_CHARS = 255 };

static const struct db_stmt insert = {
	.name = "account_event_insert",
	.sql = "INSERT INTO account_events (user_id, time_us, kind, subject, address, user_agent)"
	       " VALUES (?, ?, ?, ?, ?, ?)",
	.in = { DB_U64, DB_I64, DB_U64, DB_TEXT, DB_TEXT, DB_TEXT },
};

static const struct db_stmt insert_token = {
	.name = "account_event_insert_token",
	.sql = "INSERT INTO account_events (user_id, time_us, kind, subject, address, user_agent)"
	       " SELECT user_id, ?, ?, name, ?, ? FROM api_tokens WHERE id = ?",
	.in = { DB_I64, DB_U64, DB_TEXT, DB_TEXT, DB_U64 },
};

static const struct db_stmt before = {
	.name = "account_events_before",
	.sql = "SELECT id, time_us, CAST(kind AS UNSIGNED) AS kind, subject, address, user_agent"
	       "  FROM account_events"
	       " WHERE user_id = ? AND id < ?"
	       " ORDER BY id DESC"
	       " LIMIT 51", /* ACCOUNT_EVENTS_MAX + 1 */
	.in = { DB_U64, DB_I64 },
	.out = { DB_COL(struct account_event_row, id), DB_COL(struct account_event_row, time_us),
		 DB_COL(struct account_event_row, kind), DB_COL(struct account_event_row, subject),
		 DB_COL(struct account_event_row, address),
		 DB_COL(struct account_event_row, user_agent) },
};

struct text event_user_agent(struct db *db, struct text t)
{
	size_t at = 0, chars = 0;
	uint32_t c;

	if (!t.p)
		return t;
	t = text_lossy(db_arena(db), t);
	while (chars < AGENT_CHARS && text_next_char(t, &at, &c))
		chars++;
	return text_sub(t, 0, at);
}

const struct err *db_account_event(struct db *db, uint64_t user_id, enum account_event_kind kind,
				   struct text subject, struct event_source from)
{
	return db_exec(db, &insert,
		       DB_ARGS(db_u64(user_id), db_i64(time_now_us()), db_u64(kind),
			       db_text(subject), db_text(text_sub(from.address, 0, ADDRESS_MAX)),
			       db_text(event_user_agent(db, from.user_agent))),
		       NULL);
}

const struct err *db_account_event_token(struct db *db, uint64_t token_id,
					 enum account_event_kind kind, struct event_source from)
{
	return db_exec(db, &insert_token,
		       DB_ARGS(db_i64(time_now_us()), db_u64(kind),
			       db_text(text_sub(from.address, 0, ADDRESS_MAX)),
			       db_text(event_user_agent(db, from.user_agent)), db_u64(token_id)),
		       NULL);
}

const struct err *db_account_events(struct db *db, uint64_t user_id, int64_t before_id,
				    struct account_event_row **ret, size_t *ret_n)
{
	return db_all(db, &before, DB_ARGS(db_u64(user_id), db_i64(before_id)), sizeof(**ret), ret,
		      ret_n);
}

const struct db_stmt *const db_account_event_stmts[] = { &insert, &insert_token, &before, NULL };
