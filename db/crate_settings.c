#include "db/crate_settings.h"

#include "app/base/time.h"
#include "db/audit.h"
#include "db/mail.h"

struct id_row {
	uint64_t id;
};

static const struct db_stmt owner = {
	.name = "crate_settings_owner",
	.sql = "SELECT o.owner_id AS id"
	       "  FROM crate_owners o"
	       "  JOIN emails e ON e.user_id = o.owner_id"
	       " WHERE o.crate_id = ? AND o.owner_kind = 0 AND o.owner_id = ? AND o.deleted = 0",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct id_row, id) },
};

/* upstream: any change of the row moves updated_at (contract/api.md appendix D). */
static const struct db_stmt trustpub_only = {
	.name = "crate_settings_trustpub_only",
	.sql = "UPDATE crates SET trustpub_only = ?, updated_us = ?"
	       " WHERE id = ? AND trustpub_only <> ?",
	.in = { DB_BOOL, DB_I64, DB_U64, DB_BOOL },
};

const struct err *db_crate_settings_owner(struct db *db, uint64_t crate_id, uint64_t user_id,
					  bool *ret)
{
	struct id_row row;

	return db_maybe(db, &owner, DB_ARGS(db_u64(crate_id), db_u64(user_id)), &row, ret);
}

static const struct err *change(struct db *db, void *ctx)
{
	const struct trustpub_only_change *c = ctx;
	struct audit_entry a = {
		.user_id = c->user_id,
		.actor = c->login,
		.action = "trustpub_only_change",
		.crate = c->crate,
		.address = c->address,
		.detail = c->on ? TEXT("{\"trustpub_only\":true}")
				: TEXT("{\"trustpub_only\":false}"),
	};
	uint64_t n;
	const struct err *e = db_exec(
		db, &trustpub_only,
		DB_ARGS(db_bool(c->on), db_i64(time_now_us()), db_u64(c->crate_id), db_bool(c->on)),
		&n);

	if (!e && n)
		e = db_audit(db, &a);
	if (!e && n)
		e = db_mail_trustpub_only_changed(db, c->crate_id, c->user_id, c->on);
	return e;
}

const struct err *db_crate_set_trustpub_only(struct db *db, const struct trustpub_only_change *c)
{
	struct trustpub_only_change copy = *c;

	return db_tx(db, change, &copy);
}

const struct db_stmt *const db_crate_settings_stmts[] = { &owner, &trustpub_only, NULL };
