#include "db/owner.h"

#include "app/base/arena.h"
#include "app/base/hash.h"
#include "app/base/time.h"
#include "app/registry/team.h"
#include "db/mail.h"

#define DAY_US ((int64_t)24 * 3600 * US_PER_S)
enum { INVITATION_DAYS = 30, TOKEN_CHARS = 26 };

/* ---- reading */

/* Two ranges of one index, users before teams. */
static const struct db_stmt owners_of_crate = {
	.name = "owners_of_crate",
	.sql = "SELECT CAST(o.owner_kind AS UNSIGNED) AS kind, u.id, u.username AS login, "
	       "u.gh_login, u.name,"
	       "       (SELECT g.avatar FROM oauth_github g WHERE g.user_id = u.id ORDER BY "
	       "g.account_id LIMIT 1) AS avatar,"
	       "       (SELECT g.picture FROM oauth_github g WHERE g.user_id = u.id ORDER BY "
	       "g.account_id LIMIT 1) AS picture,"
	       "       (SELECT COUNT(*) FROM oauth_github g WHERE g.user_id = u.id AND g.login = "
	       "u.username) AS matches"
	       "  FROM crate_owners o JOIN users u ON u.id = o.owner_id"
	       " WHERE o.crate_id = ? AND o.owner_kind = 0 AND o.deleted = 0"
	       " UNION ALL "
	       "SELECT CAST(o.owner_kind AS UNSIGNED), t.id, t.login, NULL, t.name, t.avatar,"
	       "       t.picture, NULL"
	       "  FROM crate_owners o JOIN teams t ON t.id = o.owner_id"
	       " WHERE o.crate_id = ? AND o.owner_kind = 1 AND o.deleted = 0"
	       " ORDER BY kind, id LIMIT 1000",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct owner_view, kind), DB_COL(struct owner_view, id),
		 DB_COL(struct owner_view, login), DB_COL(struct owner_view, gh_login),
		 DB_COL(struct owner_view, name), DB_COL(struct owner_view, avatar),
		 DB_COL(struct owner_view, picture), DB_COL(struct owner_view, matches) },
};

struct one {
	uint64_t id;
};

static const struct db_stmt owner_is_user = {
	.name = "owner_is_user",
	.sql = "SELECT owner_id AS id FROM crate_owners"
	       " WHERE crate_id = ? AND owner_kind = 0 AND owner_id = ? AND deleted = 0",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct one, id) },
};

static const struct db_stmt owner_is_team = {
	.name = "owner_is_team",
	.sql = "SELECT owner_id AS id FROM crate_owners"
	       " WHERE crate_id = ? AND owner_kind = 1 AND owner_id = ? AND deleted = 0",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct one, id) },
};

const struct err *db_owner_is_team(struct db *db, uint64_t crate_id, uint64_t team_id, bool *ret)
{
	struct one row;

	return db_maybe(db, &owner_is_team, DB_ARGS(db_u64(crate_id), db_u64(team_id)), &row, ret);
}

const struct err *db_owners(struct db *db, uint64_t crate_id, struct owner_view **ret,
			    size_t *ret_n)
{
	return db_all(db, &owners_of_crate, DB_ARGS(db_u64(crate_id), db_u64(crate_id)),
		      sizeof(**ret), ret, ret_n);
}

const struct err *db_owner_is_user(struct db *db, uint64_t crate_id, uint64_t user_id, bool *ret)
{
	struct one row;

	return db_maybe(db, &owner_is_user, DB_ARGS(db_u64(crate_id), db_u64(user_id)), &row, ret);
}

/* ---- changing */

static const struct db_stmt owner_lock_crate = {
	.name = "owner_lock_crate",
	.sql = "SELECT id FROM crates WHERE id = ? FOR UPDATE",
	.in = { DB_U64 },
	.out = { DB_COL(struct one, id) },
};

struct invitee {
	uint64_t id;
	struct text gh_login;
};

static const struct db_stmt owner_find_user = {
	.name = "owner_find_user",
	/* Whoever has no account at GitHub has this name here alone: another who is called so there now is not meant. */
	.sql = "SELECT id, gh_login FROM users WHERE gh_login_lower = ? AND gh_id <> -1 ORDER BY "
	       "gh_id <> 0, gh_id DESC, id DESC LIMIT 1",
	.in = { DB_TEXT },
	.out = { DB_COL(struct invitee, id), DB_COL(struct invitee, gh_login) },
};

static const struct db_stmt owner_put = {
	.name = "owner_put",
	.sql = "INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, created_by, "
	       "updated_us)"
	       " VALUES (?, ?, ?, ?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE deleted = 0, created_by = VALUES(created_by), updated_us "
	       "= VALUES(updated_us)",
	.in = { DB_U64, DB_U64, DB_U64, DB_I64, DB_OPT_U64, DB_I64 },
};

static const struct db_stmt team_displace = {
	.name = "team_displace",
	.sql = "UPDATE teams SET login = CONCAT(login, ':', github_id)"
	       " WHERE login = ? AND github_id <> ?",
	.in = { DB_TEXT, DB_I64 },
};

/* Before what is shown of a team changes; nothing where it stays, or is new. */
static const struct db_stmt team_changed = {
	.name = "team_changed",
	.sql = "UPDATE metadata SET people_gen = people_gen + 1"
	       " WHERE id = 1 AND EXISTS"
	       "  (SELECT 1 FROM teams t WHERE (t.login = ? AND t.github_id <> ?)"
	       "      OR (t.github_id = ? AND NOT (t.login = ? AND t.name <=> ? AND t.avatar <=> "
	       "?)))",
	.in = { DB_TEXT, DB_I64, DB_I64, DB_TEXT, DB_TEXT, DB_TEXT },
};

static const struct db_stmt team_put = {
	.name = "team_put",
	.sql = "INSERT INTO teams (login, github_id, org_id, name, avatar) VALUES (?, ?, ?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE login = VALUES(login), org_id = VALUES(org_id),"
	       " name = VALUES(name), avatar = VALUES(avatar)",
	.in = { DB_TEXT, DB_I64, DB_I64, DB_TEXT, DB_TEXT },
};

static const struct db_stmt team_find = {
	.name = "team_find",
	.sql = "SELECT id FROM teams WHERE github_id = ?",
	.in = { DB_I64 },
	.out = { DB_COL(struct one, id) },
};

static const struct db_stmt owner_remove = {
	.name = "owner_remove",
	.sql = "UPDATE crate_owners SET deleted = 1, updated_us = ?"
	       " WHERE crate_id = ? AND owner_kind = ? AND owner_id = ?",
	.in = { DB_I64, DB_U64, DB_U64, DB_U64 },
};

static const struct db_stmt invitation_drop_expired = {
	.name = "invitation_drop_expired",
	.sql = "DELETE FROM crate_owner_invitations WHERE crate_id = ? AND invited_user_id = ? AND "
	       "expires_us <= ?",
	.in = { DB_U64, DB_U64, DB_I64 },
};

static const struct db_stmt invitation_insert = {
	.name = "invitation_insert",
	.sql = "INSERT IGNORE INTO crate_owner_invitations"
	       " (crate_id, invited_user_id, invited_by_user_id, created_us, expires_us, token) "
	       "VALUES (?, ?, ?, ?, ?, ?)",
	.in = { DB_U64, DB_U64, DB_U64, DB_I64, DB_I64, DB_TEXT },
};

static const struct owner_view *owner_called(const struct owner_view *owners, size_t n,
					     struct text login)
{
	for (size_t i = 0; i < n; i++)
		if (text_eq_nocase(owners[i].kind == OWNER_USER ? owners[i].gh_login
								: owners[i].login,
				   login))
			return &owners[i];
	return NULL;
}

/* Locks the crate, reads its owners, and judges who asks. */
static const struct err *begin(struct db *db, const struct owner_change *c, struct owner_view **ret,
			       size_t *ret_n)
{
	struct one row;
	const struct err *e = db_one(db, &owner_lock_crate, DB_ARGS(db_u64(c->crate_id)), &row);

	if (!e)
		e = db_owners(db, c->crate_id, ret, ret_n);
	if (e || c->by_operator)
		return e;
	for (size_t i = 0; i < *ret_n; i++)
		if ((*ret)[i].kind == OWNER_USER && (*ret)[i].id == c->actor_id)
			return NULL;
	return err_new(db_arena(db), ERR_AUTH, "only owners have permission to modify owners");
}

/* By its number; whoever else has the name is a team that has gone at GitHub. */
static const struct err *put_team(struct db *db, struct owner_change *c,
				  const struct owner_new_team *t, struct text *ret_said)
{
	int64_t now = time_now_us();
	struct one row;
	bool found;
	const struct err *e =
		db_exec(db, &team_changed,
			DB_ARGS(db_text(t->login), db_i64(t->github_id), db_i64(t->github_id),
				db_text(t->login), db_text(t->name), db_text(t->avatar)),
			NULL);

	if (!e)
		e = db_exec(db, &team_displace, DB_ARGS(db_text(t->login), db_i64(t->github_id)),
			    NULL);
	if (!e)
		e = db_exec(db, &team_put,
			    DB_ARGS(db_text(t->login), db_i64(t->github_id), db_i64(t->org_id),
				    db_text(t->name), db_text(t->avatar)),
			    NULL);
	if (!e)
		e = db_maybe(db, &team_find, DB_ARGS(db_i64(t->github_id)), &row, &found);
	if (!e && !found)
		e = err_new(db_arena(db), ERR_INTERNAL, "a team that was written is not there");
	if (!e)
		e = db_exec(db, &owner_put,
			    DB_ARGS(db_u64(c->crate_id), db_u64(row.id), db_u64(OWNER_TEAM),
				    db_i64(now), db_u64(c->actor_id), db_i64(now)),
			    NULL);
	if (e)
		return e;
	*ret_said = text_fmt(db_arena(db), "team %.*s has been added as an owner of crate %.*s",
			     TEXT_F(t->login), TEXT_F(c->crate));
	return NULL;
}

static const struct err *add_team(struct db *db, struct owner_change *c, size_t i,
				  struct text *ret_said)
{
	struct text org, team;
	const struct err *e;

	if (c->teams)
		return c->teams[i].refusal ? c->teams[i].refusal
					   : put_team(db, c, &c->teams[i], ret_said);
	e = team_login_split(db_arena(db), c->logins.v[i], &org, &team);
	if (e)
		return e;
	return err_new(db_arena(db), ERR_INVALID,
		       "Cannot add a GitHub team as an owner without a connected GitHub account");
}

static const struct err *invite(struct db *db, struct owner_change *c, const struct invitee *who,
				struct text *ret_said)
{
	char *token = arena_alloc(db_arena(db), TOKEN_CHARS);
	int64_t now = time_now_us();
	const struct err *e;
	uint64_t inserted = 0;

	random_alnum(token, TOKEN_CHARS);
	e = db_exec(db, &invitation_drop_expired,
		    DB_ARGS(db_u64(c->crate_id), db_u64(who->id), db_i64(now)), NULL);
	if (!e)
		e = db_exec(db, &invitation_insert,
			    DB_ARGS(db_u64(c->crate_id), db_u64(who->id), db_u64(c->actor_id),
				    db_i64(now), db_i64(now + INVITATION_DAYS * DAY_US),
				    db_text((struct text){ token, TOKEN_CHARS })),
			    &inserted);
	if (e)
		return e;
	*ret_said = text_fmt(
		db_arena(db),
		inserted
			? "user %.*s has been invited to be an owner of crate %.*s"
			: "user %.*s already has a pending invitation to be an owner of crate %.*s",
		TEXT_F(who->gh_login), TEXT_F(c->crate));
	return inserted ? db_mail_owner_invite(db, c->crate_id, who->id) : NULL;
}

const struct err *db_owner_put(struct db *db, uint64_t crate_id, uint64_t user_id,
			       struct opt_u64 created_by)
{
	int64_t now = time_now_us();

	return db_exec(db, &owner_put,
		       DB_ARGS(db_u64(crate_id), db_u64(user_id), db_u64(OWNER_USER), db_i64(now),
			       db_opt_u64(created_by), db_i64(now)),
		       NULL);
}

static const struct err *add_one(struct db *db, struct owner_change *c,
				 const struct owner_view *owners, size_t nowners, size_t i,
				 struct text *ret_said)
{
	struct arena *a = db_arena(db);
	struct text login = c->logins.v[i];
	struct invitee who;
	const struct err *e;
	bool found;

	if (owner_called(owners, nowners, login))
		return err_new(a, ERR_INVALID, "`%.*s` is already an owner", TEXT_F(login));
	if (text_has_byte(login, ':'))
		return add_team(db, c, i, ret_said);
	e = db_maybe(db, &owner_find_user, DB_ARGS(db_text(text_lower(a, login))), &who, &found);
	if (e)
		return e;
	if (!found)
		return err_new(a, ERR_INVALID, "could not find user with login `%.*s`",
			       TEXT_F(login));
	if (!c->invite_at_once)
		return invite(db, c, &who, ret_said);
	*ret_said = text_fmt(a, "user %.*s has been added as an owner of crate %.*s",
			     TEXT_F(who.gh_login), TEXT_F(c->crate));
	return db_owner_put(db, c->crate_id, who.id, (struct opt_u64){ 0 });
}

static const struct err *add_tx(struct db *db, void *ctx)
{
	struct owner_change *c = ctx;
	struct owner_view *owners;
	const struct err *e;
	size_t n;

	c->ret_said =
		(struct texts){ arena_array(db_arena(db), c->logins.n, sizeof(struct text)), 0 };
	e = begin(db, c, &owners, &n);
	for (size_t i = 0; !e && i < c->logins.n; i++) {
		e = add_one(db, c, owners, n, i, &c->ret_said.v[i]);
		c->ret_said.n++;
	}
	return e;
}

const struct err *db_owners_add(struct db *db, struct owner_change *c)
{
	return db_tx(db, add_tx, c);
}

static const struct err *remove_tx(struct db *db, void *ctx)
{
	const struct owner_change *c = ctx;
	struct owner_view *owners;
	const struct err *e;
	size_t n, left = 0;

	e = begin(db, c, &owners, &n);
	for (size_t i = 0; !e && i < c->logins.n; i++) {
		const struct owner_view *o = owner_called(owners, n, c->logins.v[i]);

		if (!o)
			return err_new(db_arena(db), ERR_INVALID,
				       "could not find owner with login `%.*s`",
				       TEXT_F(c->logins.v[i]));
		e = db_exec(db, &owner_remove,
			    DB_ARGS(db_i64(time_now_us()), db_u64(c->crate_id), db_u64(o->kind),
				    db_u64(o->id)),
			    NULL);
	}
	if (!e)
		e = db_owners(db, c->crate_id, &owners, &n);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++)
		left += owners[i].kind == OWNER_USER;
	if (!left)
		return err_new(db_arena(db), ERR_INVALID,
			       "cannot remove all individual owners of a crate. Team member don't "
			       "have permission to modify "
			       "owners, so at least one individual owner is required.");
	return NULL;
}

const struct err *db_owners_remove(struct db *db, struct owner_change *c)
{
	return db_tx(db, remove_tx, c);
}

const struct db_stmt *const db_owner_stmts[] = { &team_displace,     &team_changed,
						 &team_put,          &team_find,
						 &owner_is_team,     &owners_of_crate,
						 &owner_is_user,     &owner_lock_crate,
						 &owner_find_user,   &owner_put,
						 &owner_remove,      &invitation_drop_expired,
						 &invitation_insert, NULL };
