#include "db/session.h"

#include "app/base/arena.h"
#include "app/base/time.h"

enum { USED_EVERY_S = 60 };

static const struct db_stmt auth = {
	.name = "session_auth",
	.sql = "SELECT s.id AS session_id, s.created_us, s.last_used_us, s.expires_us, "
	       "s.form_token, " USER_AUTH_SQL "  FROM sessions s"
	       "  JOIN users u ON u.id = s.user_id"
	       " WHERE s.token = ? AND s.expires_us > ?",
	.in = { DB_SHA256, DB_I64 },
	.out = { DB_COL(struct session_auth, session_id), DB_COL(struct session_auth, created_us),
		 DB_COL(struct session_auth, last_used_us), DB_COL(struct session_auth, expires_us),
		 DB_COL(struct session_auth, form_token),
		 USER_AUTH_COLS(struct session_auth, user) },
};

static const struct db_stmt used = {
	.name = "session_used",
	.sql = "UPDATE sessions SET last_used_us = ?, expires_us = ? WHERE id = ?",
	.in = { DB_I64, DB_I64, DB_U64 },
};

static const struct db_stmt insert = {
	.name = "session_insert",
	.sql = "INSERT INTO sessions (token, user_id, form_token, created_us, last_used_us, "
	       "expires_us, address, user_agent, oauth_state, pending_signup)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	.in = { DB_SHA256, DB_OPT_U64, DB_TEXT, DB_I64, DB_I64, DB_I64, DB_TEXT, DB_TEXT, DB_TEXT,
		DB_TEXT },
};

static const struct db_stmt await_state = {
	.name = "session_await",
	.sql = "UPDATE sessions SET oauth_state = ?, pending_signup = NULL"
	       " WHERE token = ? AND expires_us > ?",
	.in = { DB_TEXT, DB_SHA256, DB_I64 },
};

static const struct db_stmt take_state = {
	.name = "session_take_state",
	.sql = "UPDATE sessions SET oauth_state = NULL"
	       " WHERE token = ? AND oauth_state = ? AND expires_us > ?",
	.in = { DB_SHA256, DB_TEXT, DB_I64 },
};

static const struct db_stmt drop_state = {
	.name = "session_drop_state",
	.sql = "UPDATE sessions SET oauth_state = NULL WHERE token = ?",
	.in = { DB_SHA256 },
};

static const struct db_stmt pending = {
	.name = "session_pending",
	.sql = "SELECT user_id, pending_signup FROM sessions WHERE token = ? AND expires_us > ?",
	.in = { DB_SHA256, DB_I64 },
	.out = { DB_COL(struct session_pending, user_id),
		 DB_COL(struct session_pending, pending_signup) },
};

static const struct db_stmt drop_pending = {
	.name = "session_drop_pending",
	.sql = "UPDATE sessions SET pending_signup = NULL WHERE token = ?",
	.in = { DB_SHA256 },
};

static const struct db_stmt list = {
	.name = "session_list",
	.sql = "SELECT id, created_us, last_used_us, expires_us, address, user_agent"
	       "  FROM sessions"
	       " WHERE user_id = ? AND expires_us > ?"
	       " ORDER BY id DESC"
	       " LIMIT 100",
	.in = { DB_U64, DB_I64 },
	.out = { DB_COL(struct session_row, id), DB_COL(struct session_row, created_us),
		 DB_COL(struct session_row, last_used_us), DB_COL(struct session_row, expires_us),
		 DB_COL(struct session_row, address), DB_COL(struct session_row, user_agent) },
};

static const struct db_stmt end = {
	.name = "session_end",
	.sql = "DELETE FROM sessions WHERE token = ?",
	.in = { DB_SHA256 },
};

static const struct db_stmt end_by_id = {
	.name = "session_end_by_id",
	.sql = "DELETE FROM sessions WHERE id = ? AND user_id = ?",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt end_others = {
	.name = "session_end_others",
	.sql = "DELETE FROM sessions WHERE user_id = ? AND id <> ?",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt sweep = {
	.name = "session_sweep",
	.sql = "DELETE FROM sessions WHERE expires_us < ? ORDER BY expires_us LIMIT 1000",
	.in = { DB_I64 },
};

static const struct db_stmt link_insert = {
	.name = "link_insert",
	.sql = "INSERT INTO one_time_links (token, purpose, user_id, created_us, expires_us) "
	       "VALUES (?, ?, ?, ?, ?)",
	.in = { DB_SHA256, DB_TEXT, DB_U64, DB_I64, DB_I64 },
};

static const struct db_stmt link_use = {
	.name = "link_use",
	.sql = "UPDATE one_time_links SET used_us = ?"
	       " WHERE token = ? AND purpose = ? AND used_us IS NULL AND expires_us > ?",
	.in = { DB_I64, DB_SHA256, DB_TEXT, DB_I64 },
};

struct link_row {
	uint64_t user_id;
};

static const struct db_stmt link_user = {
	.name = "link_user",
	.sql = "SELECT user_id FROM one_time_links WHERE token = ?",
	.in = { DB_SHA256 },
	.out = { DB_COL(struct link_row, user_id) },
};

const struct err *db_session_auth(struct db *db, const struct sha256 *hash,
				  struct session_auth *ret, bool *ret_found)
{
	return db_maybe(db, &auth, DB_ARGS(db_sha(hash), db_i64(time_now_us())), ret, ret_found);
}

const struct err *db_session_used(struct db *db, const struct session_auth *s, int64_t expires_us)
{
	int64_t now = time_now_us();

	if (now - s->last_used_us < USED_EVERY_S * US_PER_S)
		return NULL;
	return db_exec(db, &used, DB_ARGS(db_i64(now), db_i64(expires_us), db_u64(s->session_id)),
		       NULL);
}

struct adding {
	const struct session_new *s;
	uint64_t id;
};

static const struct err *add(struct db *db, void *ctx)
{
	struct adding *a = ctx;
	const struct session_new *s = a->s;
	int64_t now = time_now_us();
	const struct err *e = db_exec(db, &insert,
				      DB_ARGS(db_sha(&s->hash), db_opt_u64(s->user_id),
					      db_text(s->form_token), db_i64(now), db_i64(now),
					      db_i64(s->expires_us), db_text(s->from.address),
					      db_text(event_user_agent(db, s->from.user_agent)),
					      db_text(s->oauth_state), db_text(s->pending_signup)),
				      NULL);

	if (e)
		return e;
	a->id = db_insert_id(db);
	if (!s->user_id.set)
		return NULL;
	return db_account_event(db, s->user_id.v, EVENT_SIGN_IN, text_from(s->how), s->from);
}

const struct err *db_session_add(struct db *db, const struct session_new *s, uint64_t *ret_id)
{
	struct adding a = { .s = s };
	const struct err *e = s->user_id.set ? db_tx(db, add, &a) : add(db, &a);

	if (!e)
		*ret_id = a.id;
	return e;
}

const struct err *db_session_await(struct db *db, const struct sha256 *hash, struct text state,
				   bool *ret_found)
{
	uint64_t n = 0;
	const struct err *e = db_exec(
		db, &await_state, DB_ARGS(db_text(state), db_sha(hash), db_i64(time_now_us())), &n);

	*ret_found = n > 0;
	return e;
}

const struct err *db_session_take_state(struct db *db, const struct sha256 *hash, struct text state,
					bool *ret_right)
{
	uint64_t n = 0;
	const struct err *e = db_exec(
		db, &take_state, DB_ARGS(db_sha(hash), db_text(state), db_i64(time_now_us())), &n);

	*ret_right = n > 0;
	if (e || n)
		return e;
	return db_exec(db, &drop_state, DB_ARGS(db_sha(hash)), NULL);
}

const struct err *db_session_pending(struct db *db, const struct sha256 *hash,
				     struct session_pending *ret, bool *ret_found)
{
	return db_maybe(db, &pending, DB_ARGS(db_sha(hash), db_i64(time_now_us())), ret, ret_found);
}

const struct err *db_session_drop_pending(struct db *db, const struct sha256 *hash)
{
	return db_exec(db, &drop_pending, DB_ARGS(db_sha(hash)), NULL);
}

const struct err *db_session_list(struct db *db, uint64_t user_id, struct session_row **ret,
				  size_t *ret_n)
{
	return db_all(db, &list, DB_ARGS(db_u64(user_id), db_i64(time_now_us())), sizeof(**ret),
		      ret, ret_n);
}

const struct err *db_session_end(struct db *db, const struct sha256 *hash)
{
	return db_exec(db, &end, DB_ARGS(db_sha(hash)), NULL);
}

const struct err *db_session_end_others(struct db *db, uint64_t user_id, uint64_t but_id)
{
	return db_exec(db, &end_others, DB_ARGS(db_u64(user_id), db_u64(but_id)), NULL);
}

const struct err *db_session_end_by_id(struct db *db, uint64_t user_id, uint64_t id,
				       bool *ret_found)
{
	uint64_t n = 0;
	const struct err *e = db_exec(db, &end_by_id, DB_ARGS(db_u64(id), db_u64(user_id)), &n);

	*ret_found = n > 0;
	return e;
}

const struct err *db_session_sweep(struct db *db, int64_t before_us, uint64_t *ret_n)
{
	return db_exec(db, &sweep, DB_ARGS(db_i64(before_us)), ret_n);
}

const struct err *db_link_add(struct db *db, const struct sha256 *hash, const char *purpose,
			      uint64_t user_id, int64_t expires_us)
{
	return db_exec(db, &link_insert,
		       DB_ARGS(db_sha(hash), db_text(text_from(purpose)), db_u64(user_id),
			       db_i64(time_now_us()), db_i64(expires_us)),
		       NULL);
}

const struct err *db_link_take(struct db *db, const struct sha256 *hash, const char *purpose,
			       uint64_t *ret_user_id, bool *ret_found)
{
	int64_t now = time_now_us();
	struct link_row row;
	uint64_t n = 0;
	const struct err *e = db_exec(
		db, &link_use,
		DB_ARGS(db_i64(now), db_sha(hash), db_text(text_from(purpose)), db_i64(now)), &n);

	*ret_found = n == 1;
	if (e || !n)
		return e;
	e = db_one(db, &link_user, DB_ARGS(db_sha(hash)), &row);
	if (!e)
		*ret_user_id = row.user_id;
	return e;
}

const struct db_stmt *const db_session_stmts[] = {
	&auth,         &used,        &insert,      &list,       &end,        &end_by_id,
	&end_others,   &sweep,       &await_state, &take_state, &drop_state, &pending,
	&drop_pending, &link_insert, &link_use,    &link_user,  NULL,
};
