#include "db/mail_view.h"

#include "app/base/time.h"
#include "db/mail.h"

#include <stddef.h>

#define DAY_US ((int64_t)24 * 3600 * US_PER_S)
enum { EXPIRES_DAYS = 3 };

static const struct db_stmt person = {
	.name = "mail_person",
	.sql = "SELECT u.id, u.username AS login, u.publish_notifications, e.email, "
	       "e.verified, e.token"
	       "  FROM users u"
	       "  LEFT JOIN emails e ON e.user_id = u.id"
	       " WHERE u.id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct mail_person, id), DB_COL(struct mail_person, login),
		 DB_COL(struct mail_person, publish_notifications),
		 DB_COL(struct mail_person, email), DB_COL(struct mail_person, verified),
		 DB_COL(struct mail_person, token) },
};

static const struct db_stmt token = {
	.name = "mail_token",
	.sql = "SELECT id, user_id, name, revoked, expired_us FROM api_tokens WHERE id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct mail_token, id), DB_COL(struct mail_token, user_id),
		 DB_COL(struct mail_token, name), DB_COL(struct mail_token, revoked),
		 DB_COL(struct mail_token, expired_us) },
};

static const struct db_stmt invitation = {
	.name = "mail_invitation",
	.sql = "SELECT c.name AS crate, u.username AS inviter, i.token, i.expires_us"
	       "  FROM crate_owner_invitations i"
	       "  JOIN crates c ON c.id = i.crate_id"
	       "  JOIN users u ON u.id = i.invited_by_user_id"
	       " WHERE i.invited_user_id = ? AND i.crate_id = ?",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct mail_invitation, crate), DB_COL(struct mail_invitation, inviter),
		 DB_COL(struct mail_invitation, token),
		 DB_COL(struct mail_invitation, expires_us) },
};

static const struct db_stmt version = {
	.name = "mail_version",
	.sql = "SELECT c.name AS crate, v.num, v.created_us, v.published_by AS publisher_id, "
	       "u.username AS publisher, v.trustpub_data"
	       "  FROM versions v"
	       "  JOIN crates c ON c.id = v.crate_id"
	       "  LEFT JOIN users u ON u.id = v.published_by"
	       " WHERE v.id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct mail_version, crate), DB_COL(struct mail_version, num),
		 DB_COL(struct mail_version, created_us), DB_COL(struct mail_version, publisher_id),
		 DB_COL(struct mail_version, publisher),
		 DB_COL(struct mail_version, trustpub_data) },
};

#define OWNER_COLS                                                                                 \
	{                                                                                          \
		DB_COL(struct mail_owner, user_id), DB_COL(struct mail_owner, email),              \
			DB_COL(struct mail_owner, crate)                                           \
	}

static const struct db_stmt owners = {
	.name = "mail_owners",
	.sql = "SELECT o.owner_id AS user_id, e.email, c.name AS crate"
	       "  FROM crate_owners o"
	       "  JOIN crates c ON c.id = o.crate_id"
	       "  JOIN emails e ON e.user_id = o.owner_id"
	       " WHERE o.crate_id = ? AND o.owner_kind = 0 AND o.deleted = 0 AND e.verified = 1"
	       " ORDER BY o.owner_id LIMIT 1000",
	.in = { DB_U64 },
	.out = OWNER_COLS,
};

static const struct db_stmt subscribers = {
	.name = "mail_subscribers",
	.sql = "SELECT o.owner_id AS user_id, e.email, c.name AS crate"
	       "  FROM versions v"
	       "  JOIN crates c ON c.id = v.crate_id"
	       "  JOIN crate_owners o ON o.crate_id = v.crate_id"
	       "  JOIN users u ON u.id = o.owner_id"
	       "  JOIN emails e ON e.user_id = o.owner_id"
	       " WHERE v.id = ? AND o.owner_kind = 0 AND o.deleted = 0 AND e.verified = 1"
	       "   AND u.publish_notifications = 1"
	       " ORDER BY o.owner_id LIMIT 1000",
	.in = { DB_U64 },
	.out = OWNER_COLS,
};

struct id_row {
	uint64_t id;
};

static const struct db_stmt expiring = {
	.name = "mail_expiring",
	.sql = "SELECT id FROM api_tokens"
	       " WHERE expired_us > ? AND expired_us < ? AND revoked = 0 AND "
	       "expiry_notification_us IS NULL"
	       " ORDER BY expired_us LIMIT 500",
	.in = { DB_I64, DB_I64 },
	.out = { DB_COL(struct id_row, id) },
};

static const struct db_stmt told = {
	.name = "mail_told",
	.sql = "UPDATE api_tokens SET expiry_notification_us = ?"
	       " WHERE id = ? AND expiry_notification_us IS NULL",
	.in = { DB_I64, DB_U64 },
};

const struct err *db_mail_person(struct db *db, uint64_t user_id, struct mail_person *ret)
{
	return db_one(db, &person, DB_ARGS(db_u64(user_id)), ret);
}

const struct err *db_mail_token(struct db *db, uint64_t token_id, struct mail_token *ret)
{
	return db_one(db, &token, DB_ARGS(db_u64(token_id)), ret);
}

const struct err *db_mail_invitation(struct db *db, uint64_t crate_id, uint64_t invitee_id,
				     struct mail_invitation *ret)
{
	return db_one(db, &invitation, DB_ARGS(db_u64(invitee_id), db_u64(crate_id)), ret);
}

const struct err *db_mail_version(struct db *db, uint64_t version_id, struct mail_version *ret)
{
	return db_one(db, &version, DB_ARGS(db_u64(version_id)), ret);
}

const struct err *db_mail_owners(struct db *db, uint64_t crate_id, struct mail_owner **ret,
				 size_t *ret_n)
{
	return db_all(db, &owners, DB_ARGS(db_u64(crate_id)), sizeof(**ret), ret, ret_n);
}

const struct err *db_mail_subscribers(struct db *db, uint64_t version_id, struct mail_owner **ret,
				      size_t *ret_n)
{
	return db_all(db, &subscribers, DB_ARGS(db_u64(version_id)), sizeof(**ret), ret, ret_n);
}

/* Whoever else does the same at this moment marks a token first, or finds it marked. */
static const struct err *tell_expiring(struct db *db, void *ctx)
{
	uint64_t *ret_n = ctx, marked;
	int64_t now = time_now_us();
	struct id_row *rows;
	size_t n;
	const struct err *e =
		db_all(db, &expiring, DB_ARGS(db_i64(now), db_i64(now + EXPIRES_DAYS * DAY_US)),
		       sizeof(*rows), &rows, &n);

	for (size_t i = 0; !e && i < n; i++) {
		e = db_exec(db, &told, DB_ARGS(db_i64(now), db_u64(rows[i].id)), &marked);
		if (!e && marked)
			e = db_mail_token_expires(db, rows[i].id);
	}
	if (!e)
		*ret_n = n;
	return e;
}

const struct err *db_mail_expiring(struct db *db, uint64_t *ret_n)
{
	return db_tx(db, tell_expiring, ret_n);
}

const struct db_stmt *const db_mail_view_stmts[] = { &person,   &token,  &invitation,
						     &version,  &owners, &subscribers,
						     &expiring, &told,   NULL };
