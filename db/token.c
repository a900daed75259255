#include "db/token.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "db/mail.h"

enum { USED_EVERY_S = 60 };

static const struct db_stmt auth = {
	.name = "token_auth",
	.sql = "SELECT t.id AS token_id, t.last_used_us, t.crate_scopes, "
	       "t.endpoint_scopes, " USER_AUTH_SQL "  FROM api_tokens t"
	       "  JOIN users u ON u.id = t.user_id"
	       " WHERE t.token = ? AND t.revoked = 0 AND (t.expired_us IS NULL OR t.expired_us > "
	       "?)",
	.in = { DB_SHA256, DB_I64 },
	.out = { DB_COL(struct token_auth, token_id), DB_COL(struct token_auth, last_used_us),
		 DB_COL(struct token_auth, crate_scopes),
		 DB_COL(struct token_auth, endpoint_scopes),
		 USER_AUTH_COLS(struct token_auth, user) },
};

static const struct db_stmt used = {
	.name = "token_used",
	.sql = "UPDATE api_tokens SET last_used_us = ? WHERE id = ?",
	.in = { DB_I64, DB_U64 },
};

static const struct db_stmt used_first = {
	.name = "token_used_first",
	.sql = "UPDATE api_tokens SET last_used_us = ? WHERE id = ? AND last_used_us IS NULL",
	.in = { DB_I64, DB_U64 },
};

#define TOKEN_SQL                                                                                  \
	"id, user_id, name, created_us, last_used_us, revoked, crate_scopes, endpoint_scopes, "    \
	"expired_us"
#define TOKEN_COLS                                                                                 \
	{                                                                                          \
		DB_COL(struct token_row, id), DB_COL(struct token_row, user_id),                   \
			DB_COL(struct token_row, name), DB_COL(struct token_row, created_us),      \
			DB_COL(struct token_row, last_used_us), DB_COL(struct token_row, revoked), \
			DB_COL(struct token_row, crate_scopes),                                    \
			DB_COL(struct token_row, endpoint_scopes),                                 \
			DB_COL(struct token_row, expired_us)                                       \
	}

static const struct db_stmt insert = {
	.name = "token_insert",
	.sql = "INSERT INTO api_tokens (user_id, token, name, created_us, crate_scopes, "
	       "endpoint_scopes, expired_us)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?)",
	.in = { DB_U64, DB_SHA256, DB_TEXT, DB_I64, DB_TEXT, DB_TEXT, DB_OPT_I64 },
};

struct count_row {
	uint64_t n;
};

static const struct db_stmt count = {
	.name = "token_count",
	.sql = "SELECT CAST(COUNT(*) AS UNSIGNED) AS n FROM api_tokens WHERE user_id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct count_row, n) },
};

static const struct db_stmt list = {
	.name = "token_list",
	.sql = "SELECT " TOKEN_SQL "  FROM api_tokens"
	       " WHERE user_id = ? AND revoked = 0 AND (expired_us IS NULL OR expired_us > ?)"
	       " ORDER BY id DESC"
	       " LIMIT 500",
	.in = { DB_U64, DB_I64 },
	.out = TOKEN_COLS,
};

static const struct db_stmt by_id = {
	.name = "token_by_id",
	.sql = "SELECT " TOKEN_SQL "  FROM api_tokens WHERE id = ? AND user_id = ?",
	.in = { DB_U64, DB_U64 },
	.out = TOKEN_COLS,
};

static const struct db_stmt revoke = {
	.name = "token_revoke",
	.sql = "UPDATE api_tokens SET revoked = 1 WHERE id = ? AND user_id = ? AND revoked = 0",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt by_hash = {
	.name = "token_by_hash",
	.sql = "SELECT " TOKEN_SQL "  FROM api_tokens WHERE token = ?",
	.in = { DB_SHA256 },
	.out = TOKEN_COLS,
};

const struct err *db_token_auth(struct db *db, const struct sha256 *hash, struct token_auth *ret,
				bool *ret_found)
{
	return db_maybe(db, &auth, DB_ARGS(db_sha(hash), db_i64(time_now_us())), ret, ret_found);
}

struct changing {
	uint64_t user_id, token_id;
	struct event_source from;
};

/* Of two at once, one is the first. */
static const struct err *use_first(struct db *db, void *ctx)
{
	const struct changing *c = ctx;
	uint64_t n = 0;
	const struct err *e =
		db_exec(db, &used_first, DB_ARGS(db_i64(time_now_us()), db_u64(c->token_id)), &n);

	return e || !n ? e : db_account_event_token(db, c->token_id, EVENT_TOKEN_USED, c->from);
}

const struct err *db_token_used(struct db *db, const struct token_auth *t, struct event_source from)
{
	struct changing c = { .token_id = t->token_id, .from = from };
	int64_t now = time_now_us();

	if (!t->last_used_us.set)
		return db_tx(db, use_first, &c);
	if (now - t->last_used_us.v < USED_EVERY_S * US_PER_S)
		return NULL;
	return db_exec(db, &used, DB_ARGS(db_i64(now), db_u64(t->token_id)), NULL);
}

struct adding {
	const struct token_new *t;
	struct token_row row;
};

static const struct err *add(struct db *db, void *ctx)
{
	struct adding *a = ctx;
	const struct token_new *t = a->t;
	int64_t now = time_now_us();
	const struct err *e =
		db_exec(db, &insert,
			DB_ARGS(db_u64(t->user_id), db_sha(&t->hash), db_text(t->name), db_i64(now),
				db_text(t->crate_scopes), db_text(t->endpoint_scopes),
				db_opt_i64(t->expired_us)),
			NULL);

	if (e)
		return e;
	a->row = (struct token_row){ .id = db_insert_id(db),
				     .user_id = t->user_id,
				     .name = t->name,
				     .created_us = now,
				     .crate_scopes = t->crate_scopes,
				     .endpoint_scopes = t->endpoint_scopes,
				     .expired_us = t->expired_us };
	e = db_account_event_token(db, a->row.id, EVENT_TOKEN_CREATED, t->from);
	return e || !t->tell ? e : db_mail_new_token(db, a->row.id);
}

const struct err *db_token_add(struct db *db, const struct token_new *t, struct token_row *ret)
{
	struct adding a = { .t = t };
	const struct err *e = db_tx(db, add, &a);

	if (!e)
		*ret = a.row;
	return e;
}

const struct err *db_token_count(struct db *db, uint64_t user_id, uint64_t *ret)
{
	struct count_row row;
	const struct err *e = db_one(db, &count, DB_ARGS(db_u64(user_id)), &row);

	if (!e)
		*ret = row.n;
	return e;
}

const struct err *db_token_list(struct db *db, uint64_t user_id, int64_t expired_after_us,
				struct token_row **ret, size_t *ret_n)
{
	return db_all(db, &list, DB_ARGS(db_u64(user_id), db_i64(expired_after_us)), sizeof(**ret),
		      ret, ret_n);
}

const struct err *db_token_by_id(struct db *db, uint64_t user_id, uint64_t id,
				 struct token_row *ret)
{
	return db_one(db, &by_id, DB_ARGS(db_u64(id), db_u64(user_id)), ret);
}

static const struct err *revoke_tx(struct db *db, void *ctx)
{
	const struct changing *c = ctx;
	uint64_t n = 0;
	const struct err *e =
		db_exec(db, &revoke, DB_ARGS(db_u64(c->token_id), db_u64(c->user_id)), &n);

	return e || !n ? e : db_account_event_token(db, c->token_id, EVENT_TOKEN_REVOKED, c->from);
}

const struct err *db_token_revoke(struct db *db, uint64_t user_id, uint64_t id,
				  struct event_source from)
{
	struct changing c = { .user_id = user_id, .token_id = id, .from = from };

	return db_tx(db, revoke_tx, &c);
}

const struct err *db_token_revoke_hash(struct db *db, const struct sha256 *hash, bool *ret_found)
{
	struct token_row row;
	const struct err *e = db_maybe(db, &by_hash, DB_ARGS(db_sha(hash)), &row, ret_found);

	if (e || !*ret_found)
		return e;
	return db_token_revoke(db, row.user_id, row.id, (struct event_source){ 0 });
}

const struct db_stmt *const db_token_stmts[] = {
	&auth, &used, &used_first, &insert, &count, &list, &by_id, &by_hash, &revoke, NULL,
};
