#include "db/github.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "app/registry/name.h"

struct number_row {
	uint64_t n;
};

static const struct db_stmt find = {
	.name = "github_find",
	.sql = "SELECT user_id AS n FROM oauth_github WHERE account_id = ?",
	.in = { DB_I64 },
	.out = { DB_COL(struct number_row, n) },
};

/* A user without GitHub (gh_id 0) has a name for himself; those of GitHub may share one (contract/api.md 7.3). */
static const struct db_stmt name_kept = {
	.name = "github_name_kept",
	.sql = "SELECT CAST(COUNT(*) AS UNSIGNED) AS n"
	       "  FROM (SELECT canon_username FROM users"
	       "         WHERE canon_username = ? AND gh_id = 0 AND id <> ?"
	       "         UNION ALL"
	       "        SELECT canon_username FROM reserved_usernames WHERE canon_username = ?) t",
	.in = { DB_TEXT, DB_U64, DB_TEXT },
	.out = { DB_COL(struct number_row, n) },
};

static const struct db_stmt sync_account = {
	.name = "github_sync_account",
	.sql = "UPDATE oauth_github SET login = ?, avatar = ?, encrypted_token = ?, last_sync_us = "
	       "?"
	       " WHERE account_id = ? AND user_id = ?",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_I64, DB_I64, DB_U64 },
};

static const struct db_stmt sync_user = {
	.name = "github_sync_user",
	.sql = "UPDATE users SET name = ?, gh_login = ?, gh_login_lower = ?, gh_id = ? WHERE id = "
	       "?",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_I64, DB_U64 },
};

static const struct db_stmt sync_username = {
	.name = "github_sync_username",
	.sql = "UPDATE users SET username = ?, canon_username = ? WHERE id = ?",
	.in = { DB_TEXT, DB_TEXT, DB_U64 },
};

/* What he was called until now, where that was something else: its page leads on (db/user.h). */
static const struct db_stmt note_former = {
	.name = "github_note_former",
	.sql = "INSERT INTO former_logins (canon_username, user_id, until_us)"
	       " SELECT canon_username, id, ? FROM users WHERE id = ? AND canon_username <> ?"
	       " ON DUPLICATE KEY UPDATE until_us = VALUES(until_us)",
	.in = { DB_I64, DB_U64, DB_TEXT },
};

/* Before what is shown of them changes; nothing where it stays. */
static const struct db_stmt people_changed = {
	.name = "github_people_changed",
	.sql = "UPDATE metadata SET people_gen = people_gen + 1"
	       " WHERE id = 1 AND NOT EXISTS"
	       "  (SELECT 1 FROM users u JOIN oauth_github g ON g.user_id = u.id"
	       "    WHERE u.id = ? AND g.account_id = ? AND u.name <=> ? AND u.gh_login = ?"
	       "      AND u.username = ? AND g.login = ? AND g.avatar <=> ?)",
	.in = { DB_U64, DB_I64, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT },
};

static const struct db_stmt person_renamed = {
	.name = "github_person_renamed",
	.sql = "UPDATE metadata SET people_gen = people_gen + 1 WHERE id = 1",
};

static const struct db_stmt relogin_account = {
	.name = "github_relogin_account",
	.sql = "UPDATE oauth_github SET login = COALESCE(?, login), last_sync_us = ?"
	       " WHERE account_id = ?",
	.in = { DB_TEXT, DB_I64, DB_I64 },
};

static const struct db_stmt relogin_user = {
	.name = "github_relogin_user",
	.sql = "UPDATE users SET gh_login = ?, gh_login_lower = ? WHERE id = ?",
	.in = { DB_TEXT, DB_TEXT, DB_U64 },
};

static const struct db_stmt link = {
	.name = "github_link",
	.sql = "SELECT user_id, login, encrypted_token FROM oauth_github WHERE account_id = ?",
	.in = { DB_I64 },
	.out = { DB_COL(struct github_link, user_id), DB_COL(struct github_link, login),
		 DB_COL(struct github_link, encrypted_token) },
};

static const struct db_stmt stale = {
	.name = "github_stale",
	.sql = "SELECT account_id FROM oauth_github WHERE last_sync_us < ?"
	       " ORDER BY last_sync_us LIMIT ?",
	.in = { DB_I64, DB_U64 },
	.out = { DB_COL(struct github_stale, account_id) },
};

static const struct db_stmt standing = {
	.name = "owner_standing",
	.sql = "SELECT EXISTS (SELECT 1 FROM crate_owners o"
	       "                WHERE o.crate_id = c.id AND o.owner_kind = 0 AND o.owner_id = u.id"
	       "                  AND o.deleted = 0) AS is_owner,"
	       "       CAST((SELECT COUNT(*) FROM crate_owners o"
	       "              WHERE o.crate_id = c.id AND o.owner_kind = 1 AND o.deleted = 0)"
	       "            AS UNSIGNED) AS teams,"
	       "       u.gh_login,"
	       "       (SELECT g.encrypted_token FROM oauth_github g WHERE g.user_id = u.id"
	       "         ORDER BY g.account_id LIMIT 1) AS encrypted_token"
	       "  FROM crates c JOIN users u"
	       " WHERE c.id = ? AND u.id = ?",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct owner_standing, is_owner), DB_COL(struct owner_standing, teams),
		 DB_COL(struct owner_standing, gh_login),
		 DB_COL(struct owner_standing, encrypted_token) },
};

static const struct db_stmt teams = {
	.name = "owner_teams",
	.sql = "SELECT t.id, t.login, t.github_id, t.org_id"
	       "  FROM crate_owners o JOIN teams t ON t.id = o.owner_id"
	       " WHERE o.crate_id = ? AND o.owner_kind = 1 AND o.deleted = 0"
	       " ORDER BY t.id LIMIT 100",
	.in = { DB_U64 },
	.out = { DB_COL(struct owner_team, id), DB_COL(struct owner_team, login),
		 DB_COL(struct owner_team, github_id), DB_COL(struct owner_team, org_id) },
};

static const struct db_stmt seats = {
	.name = "owner_team_seats",
	.sql = "SELECT t.id, t.login, t.github_id, t.org_id, u.gh_login, g.encrypted_token"
	       "  FROM users u"
	       "  JOIN oauth_github g ON g.user_id = u.id"
	       "  JOIN crate_owners o ON o.crate_id = ? AND o.owner_kind = 1 AND o.deleted = 0"
	       "  JOIN teams t ON t.id = o.owner_id"
	       " WHERE u.id = ? AND g.account_id = (SELECT MIN(m.account_id) FROM oauth_github m"
	       "                                     WHERE m.user_id = u.id)"
	       " ORDER BY t.id LIMIT 10",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL_AS(struct team_seat, team.id, "id"),
		 DB_COL_AS(struct team_seat, team.login, "login"),
		 DB_COL_AS(struct team_seat, team.github_id, "github_id"),
		 DB_COL_AS(struct team_seat, team.org_id, "org_id"),
		 DB_COL(struct team_seat, gh_login), DB_COL(struct team_seat, encrypted_token) },
};

const struct err *db_github_find(struct db *db, int64_t account_id, uint64_t *ret_user_id,
				 bool *ret_found)
{
	struct number_row row;
	const struct err *e = db_maybe(db, &find, DB_ARGS(db_i64(account_id)), &row, ret_found);

	if (!e && *ret_found)
		*ret_user_id = row.n;
	return e;
}

/* ---- what GitHub says */

/* The GitHub login becomes the user's name here, unless somebody else has it for himself. */
static const struct err *take_name(struct db *db, uint64_t user_id, struct text login)
{
	struct text canon = canon_name(db_arena(db), login);
	struct number_row kept;
	const struct err *e = db_one(
		db, &name_kept, DB_ARGS(db_text(canon), db_u64(user_id), db_text(canon)), &kept);

	if (e || kept.n)
		return e;
	e = db_exec(db, &note_former,
		    DB_ARGS(db_i64(time_now_us()), db_u64(user_id), db_text(canon)), NULL);
	if (e)
		return e;
	return db_exec(db, &sync_username, DB_ARGS(db_text(login), db_text(canon), db_u64(user_id)),
		       NULL);
}

struct syncing {
	uint64_t user_id;
	int64_t account_id;
	struct text login; /* of relogin; absent: as it was */
	const struct github_account *account;
};

static const struct err *sync_tx(struct db *db, void *ctx)
{
	const struct syncing *s = ctx;
	const struct github_account *a = s->account;
	struct db_val login = db_text(a->login);
	const struct err *e;

	e = db_exec(db, &people_changed,
		    DB_ARGS(db_u64(s->user_id), db_i64(a->id), db_text(a->name), login, login,
			    login, db_text(a->avatar)),
		    NULL);
	if (e)
		return e;
	e = db_exec(db, &sync_user,
		    DB_ARGS(db_text(a->name), db_text(a->login),
			    db_text(text_lower(db_arena(db), a->login)), db_i64(a->id),
			    db_u64(s->user_id)),
		    NULL);
	if (!e)
		e = take_name(db, s->user_id, a->login);
	if (e)
		return e;
	return db_exec(db, &sync_account,
		       DB_ARGS(db_text(a->login), db_text(a->avatar), db_text(a->encrypted_token),
			       db_i64(time_now_us()), db_i64(a->id), db_u64(s->user_id)),
		       NULL);
}

const struct err *db_github_sync(struct db *db, uint64_t user_id, const struct github_account *a)
{
	struct syncing s = { .user_id = user_id, .account = a };

	return db_tx(db, sync_tx, &s);
}

static const struct err *relogin_tx(struct db *db, void *ctx)
{
	const struct syncing *s = ctx;
	const struct err *e = NULL;

	if (s->login.p)
		e = db_exec(db, &relogin_user,
			    DB_ARGS(db_text(s->login), db_text(text_lower(db_arena(db), s->login)),
				    db_u64(s->user_id)),
			    NULL);
	if (!e && s->login.p)
		e = take_name(db, s->user_id, s->login);
	if (!e && s->login.p)
		e = db_exec(db, &person_renamed, DB_NO_ARGS, NULL);
	if (e)
		return e;
	return db_exec(db, &relogin_account,
		       DB_ARGS(db_text(s->login), db_i64(time_now_us()), db_i64(s->account_id)),
		       NULL);
}

const struct err *db_github_relogin(struct db *db, uint64_t user_id, int64_t account_id,
				    struct text login)
{
	struct syncing s = { .user_id = user_id, .account_id = account_id, .login = login };

	return db_tx(db, relogin_tx, &s);
}

const struct err *db_github_link(struct db *db, int64_t account_id, struct github_link *ret)
{
	return db_one(db, &link, DB_ARGS(db_i64(account_id)), ret);
}

const struct err *db_github_stale(struct db *db, int64_t before_us, uint64_t n,
				  struct github_stale **ret, size_t *ret_n)
{
	if (n > GITHUB_STALE_MAX)
		n = GITHUB_STALE_MAX;
	return db_all(db, &stale, DB_ARGS(db_i64(before_us), db_u64(n)), sizeof(**ret), ret, ret_n);
}

/* ---- rights */

const struct err *db_owner_standing(struct db *db, uint64_t crate_id, uint64_t user_id,
				    struct owner_standing *ret)
{
	return db_one(db, &standing, DB_ARGS(db_u64(crate_id), db_u64(user_id)), ret);
}

const struct err *db_owner_teams(struct db *db, uint64_t crate_id, struct owner_team **ret,
				 size_t *ret_n)
{
	return db_all(db, &teams, DB_ARGS(db_u64(crate_id)), sizeof(**ret), ret, ret_n);
}

const struct err *db_team_seats(struct db *db, uint64_t crate_id, uint64_t user_id,
				struct team_seat **ret, size_t *ret_n)
{
	return db_all(db, &seats, DB_ARGS(db_u64(crate_id), db_u64(user_id)), sizeof(**ret), ret,
		      ret_n);
}

const struct db_stmt *const db_github_stmts[] = {
	&find,        &name_kept,       &sync_account,   &sync_user,      &sync_username,
	&note_former, &relogin_account, &people_changed, &person_renamed, &relogin_user,
	&link,        &stale,           &standing,       &teams,          &seats,
	NULL,
};
