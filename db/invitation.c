#include "db/invitation.h"

#include "app/base/time.h"

#define DAY_US ((int64_t)24 * 3600 * US_PER_S)
enum { INVITATION_DAYS = 30 };

struct one {
	uint64_t id;
};

static const struct db_stmt invitation_lock_crate = {
	.name = "invitation_lock_crate",
	.sql = "SELECT id FROM crates WHERE id = ? FOR UPDATE",
	.in = { DB_U64 },
	.out = { DB_COL(struct one, id) },
};

#define INVITATION_SQL                                                                             \
	"SELECT i.crate_id, i.invited_user_id AS invitee_id, i.invited_by_user_id AS inviter_id, " \
	"c.name AS crate,"                                                                         \
	"       u.username AS inviter, w.username AS invitee, i.created_us, i.expires_us"          \
	"  FROM crate_owner_invitations i"                                                         \
	"  JOIN crates c ON c.id = i.crate_id"                                                     \
	"  JOIN users u ON u.id = i.invited_by_user_id"                                            \
	"  JOIN users w ON w.id = i.invited_user_id"
#define INVITATION_COLS                                                                            \
	DB_COL(struct invitation_view, crate_id), DB_COL(struct invitation_view, invitee_id),      \
		DB_COL(struct invitation_view, inviter_id), DB_COL(struct invitation_view, crate), \
		DB_COL(struct invitation_view, inviter), DB_COL(struct invitation_view, invitee),  \
		DB_COL(struct invitation_view, created_us),                                        \
		DB_COL(struct invitation_view, expires_us)

static const struct db_stmt invitations_of_user = {
	.name = "invitations_of_user",
	.sql = INVITATION_SQL " WHERE i.invited_user_id = ? AND i.crate_id > ? AND i.created_us > ?"
			      " ORDER BY i.crate_id LIMIT ?",
	.in = { DB_U64, DB_U64, DB_I64, DB_U64 },
	.out = { INVITATION_COLS },
};

static const struct db_stmt invitations_of_crate = {
	.name = "invitations_of_crate",
	.sql = INVITATION_SQL " WHERE i.crate_id = ? AND i.invited_user_id > ? AND i.created_us > ?"
			      " ORDER BY i.invited_user_id LIMIT ?",
	.in = { DB_U64, DB_U64, DB_I64, DB_U64 },
	.out = { INVITATION_COLS },
};

static const struct db_stmt invitation_one = {
	.name = "invitation_one",
	.sql = INVITATION_SQL " WHERE i.invited_user_id = ? AND i.crate_id = ? FOR UPDATE",
	.in = { DB_U64, DB_U64 },
	.out = { INVITATION_COLS },
};

static const struct db_stmt invitation_by_token = {
	.name = "invitation_by_token",
	.sql = INVITATION_SQL " WHERE i.token = ?",
	.in = { DB_TEXT },
	.out = { INVITATION_COLS },
};

static const struct db_stmt invitation_delete = {
	.name = "invitation_delete",
	.sql = "DELETE FROM crate_owner_invitations WHERE invited_user_id = ? AND crate_id = ?",
	.in = { DB_U64, DB_U64 },
};

static const struct db_stmt invitee_address = {
	.name = "invitee_address",
	.sql = "SELECT user_id AS id FROM emails WHERE user_id = ? AND verified = 1",
	.in = { DB_U64 },
	.out = { DB_COL(struct one, id) },
};

int64_t db_invitations_since(void)
{
	return time_now_us() - INVITATION_DAYS * DAY_US;
}

const struct err *db_invitations_of_user(struct db *db, uint64_t user_id, uint64_t after_crate_id,
					 uint64_t n, struct invitation_view **ret, size_t *ret_n)
{
	return db_all(db, &invitations_of_user,
		      DB_ARGS(db_u64(user_id), db_u64(after_crate_id),
			      db_i64(db_invitations_since()), db_u64(n)),
		      sizeof(**ret), ret, ret_n);
}

const struct err *db_invitations_of_crate(struct db *db, uint64_t crate_id, uint64_t after_user_id,
					  uint64_t n, struct invitation_view **ret, size_t *ret_n)
{
	return db_all(db, &invitations_of_crate,
		      DB_ARGS(db_u64(crate_id), db_u64(after_user_id),
			      db_i64(db_invitations_since()), db_u64(n)),
		      sizeof(**ret), ret, ret_n);
}

const struct err *db_invitation_people(struct db *db, const struct invitation_view *v, size_t n,
				       struct user_view **ret, size_t *ret_n)
{
	uint64_t ids[USER_IDS_MAX];

	BUG_ON(2 * n > ARRAY_SIZE(ids));
	for (size_t i = 0; i < n; i++) {
		ids[2 * i] = v[i].inviter_id;
		ids[2 * i + 1] = v[i].invitee_id;
	}
	return db_user_views(db, ids, 2 * n, ret, ret_n);
}

/* NULL for one that is still good. */
static const struct err *expired(struct db *db, const struct invitation_view *i)
{
	if (i->expires_us > time_now_us())
		return NULL;
	return err_new_status(db_arena(db), ERR_INVALID, 410,
			      "The invitation to become an owner of the %.*s crate "
			      "expired. Please reach out to an "
			      "owner of the crate to request a new invitation.",
			      TEXT_F(i->crate));
}

struct accepting {
	uint64_t user_id, crate_id;
};

static const struct err *accept_tx(struct db *db, void *ctx)
{
	const struct accepting *in = ctx;
	struct invitation_view i;
	struct one row;
	const struct err *e;
	bool verified;

	e = db_one(db, &invitation_lock_crate, DB_ARGS(db_u64(in->crate_id)), &row);
	if (!e)
		e = db_one(db, &invitation_one, DB_ARGS(db_u64(in->user_id), db_u64(in->crate_id)),
			   &i);
	if (e)
		return e;
	e = expired(db, &i);
	if (e)
		return e;
	e = db_maybe(db, &invitee_address, DB_ARGS(db_u64(in->user_id)), &row, &verified);
	if (e)
		return e;
	if (!verified)
		return err_new(db_arena(db), ERR_AUTH,
			       "You need to verify your email address before you can accept the "
			       "invitation to become an owner "
			       "of the %.*s crate.",
			       TEXT_F(i.crate));
	e = db_owner_put(db, i.crate_id, i.invitee_id, (struct opt_u64){ true, i.inviter_id });
	if (!e)
		e = db_exec(db, &invitation_delete,
			    DB_ARGS(db_u64(in->user_id), db_u64(in->crate_id)), NULL);
	return e;
}

const struct err *db_invitation_accept(struct db *db, uint64_t user_id, uint64_t crate_id)
{
	struct accepting in = { user_id, crate_id };

	return db_tx(db, accept_tx, &in);
}

const struct err *db_invitation_by_token(struct db *db, struct text token,
					 struct invitation_view *ret)
{
	const struct err *e = db_one(db, &invitation_by_token, DB_ARGS(db_text(token)), ret);

	return e ? e : expired(db, ret);
}

const struct err *db_invitation_accept_token(struct db *db, struct text token,
					     uint64_t *ret_crate_id)
{
	struct invitation_view i;
	const struct err *e = db_one(db, &invitation_by_token, DB_ARGS(db_text(token)), &i);

	if (!e)
		e = db_invitation_accept(db, i.invitee_id, i.crate_id);
	if (!e)
		*ret_crate_id = i.crate_id;
	return e;
}

const struct err *db_invitation_decline(struct db *db, uint64_t user_id, uint64_t crate_id)
{
	uint64_t n;
	const struct err *e =
		db_exec(db, &invitation_delete, DB_ARGS(db_u64(user_id), db_u64(crate_id)), &n);

	if (!e && !n)
		e = err_new(db_arena(db), ERR_NOT_FOUND, "Not Found");
	return e;
}

const struct db_stmt *const db_invitation_stmts[] = { &invitation_lock_crate, &invitations_of_user,
						      &invitations_of_crate,  &invitation_one,
						      &invitation_by_token,   &invitation_delete,
						      &invitee_address,       NULL };
