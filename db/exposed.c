#include "db/exposed.h"

#include "db/account_event.h"

struct token_row {
	uint64_t id;
	bool revoked;
};

static const struct db_stmt token = {
	.name = "exposed_token",
	.sql = "SELECT id, revoked FROM api_tokens WHERE token = ? FOR UPDATE",
	.in = { DB_SHA256 },
	.out = { DB_COL(struct token_row, id), DB_COL(struct token_row, revoked) },
};

static const struct db_stmt revoke = {
	.name = "exposed_revoke",
	.sql = "UPDATE api_tokens SET revoked = 1 WHERE id = ?",
	.in = { DB_U64 },
};

struct trustpub_row {
	uint64_t id;
	struct text crate_ids;
};

static const struct db_stmt trustpub = {
	.name = "exposed_trustpub",
	.sql = "SELECT id, crate_ids FROM trustpub_tokens WHERE hashed_token = ? FOR UPDATE",
	.in = { DB_SHA256 },
	.out = { DB_COL(struct trustpub_row, id), DB_COL(struct trustpub_row, crate_ids) },
};

static const struct db_stmt trustpub_delete = {
	.name = "exposed_trustpub_delete",
	.sql = "DELETE FROM trustpub_tokens WHERE id = ?",
	.in = { DB_U64 },
};

struct exposing {
	const struct sha256 *hash;
	const struct mail_exposure *x;
	bool known;
};

static const struct err *token_tx(struct db *db, void *ctx)
{
	struct exposing *s = ctx;
	struct token_row row;
	const struct err *e = db_maybe(db, &token, DB_ARGS(db_sha(s->hash)), &row, &s->known);

	if (e || !s->known || row.revoked)
		return e;
	e = db_exec(db, &revoke, DB_ARGS(db_u64(row.id)), NULL);
	if (!e)
		e = db_account_event_token(db, row.id, EVENT_TOKEN_EXPOSED,
					   (struct event_source){ .user_agent = s->x->reporter });
	return e ? e : db_mail_token_exposed(db, row.id, s->x);
}

const struct err *db_exposed_token(struct db *db, const struct sha256 *hash,
				   const struct mail_exposure *x, bool *ret_known)
{
	struct exposing s = { .hash = hash, .x = x };
	const struct err *e = db_tx(db, token_tx, &s);

	*ret_known = s.known;
	return e;
}

static const struct err *trustpub_tx(struct db *db, void *ctx)
{
	struct exposing *s = ctx;
	struct trustpub_row row;
	const struct err *e = db_maybe(db, &trustpub, DB_ARGS(db_sha(s->hash)), &row, &s->known);

	if (e || !s->known)
		return e;
	e = db_exec(db, &trustpub_delete, DB_ARGS(db_u64(row.id)), NULL);
	return e ? e : db_mail_trustpub_token_exposed(db, row.crate_ids, s->x);
}

const struct err *db_exposed_trustpub(struct db *db, const struct sha256 *hash,
				      const struct mail_exposure *x, bool *ret_known)
{
	struct exposing s = { .hash = hash, .x = x };
	const struct err *e = db_tx(db, trustpub_tx, &s);

	*ret_known = s.known;
	return e;
}

const struct db_stmt *const db_exposed_stmts[] = { &token, &revoke, &trustpub, &trustpub_delete,
						   NULL };
