#include "db/email.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "db/mail.h"

enum { TOKEN_CHARS = 26 };

struct email_row {
	struct text email, token;
};

static const struct db_stmt insert = {
	.name = "email_insert",
	.sql = "INSERT INTO emails (user_id, email, verified, token, token_generated_us) VALUES "
	       "(?, ?, ?, ?, ?)",
	.in = { DB_U64, DB_TEXT, DB_BOOL, DB_TEXT, DB_I64 },
};

static const struct db_stmt verified = {
	.name = "email_verified",
	.sql = "SELECT email, token FROM emails WHERE user_id = ? AND verified = 1",
	.in = { DB_U64 },
	.out = { DB_COL(struct email_row, email), DB_COL(struct email_row, token) },
};

static const struct db_stmt for_update = {
	.name = "email_for_update",
	.sql = "SELECT email, token FROM emails WHERE user_id = ? FOR UPDATE",
	.in = { DB_U64 },
	.out = { DB_COL(struct email_row, email), DB_COL(struct email_row, token) },
};

static const struct db_stmt update = {
	.name = "email_update",
	.sql = "UPDATE emails SET email = ?, token = ?, token_generated_us = ?, verified = 0 WHERE "
	       "user_id = ?",
	.in = { DB_TEXT, DB_TEXT, DB_I64, DB_U64 },
};

static const struct db_stmt unverify = {
	.name = "email_unverify",
	.sql = "UPDATE emails SET verified = 0 WHERE user_id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt update_token = {
	.name = "email_update_token",
	.sql = "UPDATE emails SET token = ?, token_generated_us = ? WHERE user_id = ?",
	.in = { DB_TEXT, DB_I64, DB_U64 },
};

static const struct db_stmt confirm = {
	.name = "email_confirm",
	.sql = "UPDATE emails SET verified = 1 WHERE token = ?",
	.in = { DB_TEXT },
};

static struct text new_token(struct db *db)
{
	char *p = arena_alloc(db_arena(db), TOKEN_CHARS);

	random_alnum(p, TOKEN_CHARS);
	return (struct text){ p, TOKEN_CHARS };
}

const struct err *db_email_add(struct db *db, uint64_t user_id, struct text email, bool is_verified)
{
	return db_exec(db, &insert,
		       DB_ARGS(db_u64(user_id), db_text(email), db_bool(is_verified),
			       db_text(new_token(db)), db_i64(time_now_us())),
		       NULL);
}

const struct err *db_email_verified(struct db *db, uint64_t id, struct text *ret)
{
	struct email_row row = { 0 };
	bool found;
	const struct err *e = db_maybe(db, &verified, DB_ARGS(db_u64(id)), &row, &found);

	if (!e)
		*ret = found ? row.email : TEXT_NONE;
	return e;
}

struct address {
	uint64_t user_id;
	struct text email;
};

static const struct err *put(struct db *db, void *ctx)
{
	const struct address *a = ctx;
	struct email_row row;
	bool found;
	const struct err *e = db_maybe(db, &for_update, DB_ARGS(db_u64(a->user_id)), &row, &found);

	if (e)
		return e;
	if (!found)
		return db_email_add(db, a->user_id, a->email, false);
	if (text_eq(row.email, a->email)) /* upstream: verified again although nothing changed */
		return db_exec(db, &unverify, DB_ARGS(db_u64(a->user_id)), NULL);
	return db_exec(db, &update,
		       DB_ARGS(db_text(a->email), db_text(new_token(db)), db_i64(time_now_us()),
			       db_u64(a->user_id)),
		       NULL);
}

static const struct err *set(struct db *db, void *ctx)
{
	const struct address *a = ctx;
	const struct err *e = put(db, ctx);

	return e ? e : db_mail_user_confirm(db, a->user_id);
}

const struct err *db_email_set(struct db *db, uint64_t id, struct text email)
{
	struct address a = { .user_id = id, .email = email };
	const struct err *e = db_tx(db, set, &a);

	if (err_is(e,
		   ERR_EXISTS)) /* the first address, and another request was faster: it is there now */
		e = db_tx(db, set, &a);
	return e;
}

static const struct err *resend(struct db *db, void *ctx)
{
	const uint64_t *id = ctx;
	uint64_t n = 0;
	const struct err *e =
		db_exec(db, &update_token,
			DB_ARGS(db_text(new_token(db)), db_i64(time_now_us()), db_u64(*id)), &n);

	if (e)
		return e;
	if (!n)
		return err_new(db_arena(db), ERR_INVALID, "Email could not be found");
	return db_mail_user_confirm(db, *id);
}

const struct err *db_email_resend(struct db *db, uint64_t id)
{
	return db_tx(db, resend, &id);
}

const struct err *db_email_confirm(struct db *db, struct text token)
{
	uint64_t n = 0;
	const struct err *e = db_exec(db, &confirm, DB_ARGS(db_text(token)), &n);

	if (e || n)
		return e;
	return err_new(db_arena(db), ERR_INVALID, "Email belonging to token not found.");
}

const struct db_stmt *const db_email_stmts[] = { &insert,   &verified,     &for_update, &update,
						 &unverify, &update_token, &confirm,    NULL };
