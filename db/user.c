#include "db/user.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "app/registry/name.h"
#include "db/email.h"
#include "db/mail.h"

#define USER_SQL                                                                                   \
	"SELECT u.id, u.username AS login, u.gh_login, u.gh_id, u.name,"                           \
	"       (SELECT g.avatar FROM oauth_github g WHERE g.user_id = u.id ORDER BY "             \
	"g.account_id LIMIT 1) AS avatar,"                                                         \
	"       (SELECT g.picture FROM oauth_github g WHERE g.user_id = u.id ORDER BY "            \
	"g.account_id LIMIT 1) AS picture,"                                                        \
	"       u.is_admin, u.publish_notifications, u.account_lock_reason AS lock_reason,"        \
	"       u.account_lock_until_us AS lock_until_us, u.created_us,"                           \
	"       e.email, e.verified AS email_verified, e.token_generated_us"                       \
	"  FROM users u"                                                                           \
	"  LEFT JOIN emails e ON e.user_id = u.id"
#define USER_COLS                                                                                  \
	{                                                                                          \
		DB_COL(struct user_row, id), DB_COL(struct user_row, login),                       \
			DB_COL(struct user_row, gh_login), DB_COL(struct user_row, gh_id),         \
			DB_COL(struct user_row, name), DB_COL(struct user_row, avatar),            \
			DB_COL(struct user_row, picture), DB_COL(struct user_row, is_admin),       \
			DB_COL(struct user_row, publish_notifications),                            \
			DB_COL(struct user_row, lock_reason),                                      \
			DB_COL(struct user_row, lock_until_us),                                    \
			DB_COL(struct user_row, created_us), DB_COL(struct user_row, email),       \
			DB_COL(struct user_row, email_verified),                                   \
			DB_COL(struct user_row, token_generated_us)                                \
	}

static const struct db_stmt by_id = {
	.name = "user_by_id",
	.sql = USER_SQL " WHERE u.id = ?",
	.in = { DB_U64 },
	.out = USER_COLS,
};

static const struct db_stmt by_login = {
	.name = "user_by_login",
	.sql = USER_SQL " WHERE u.canon_username = ? ORDER BY u.gh_id <> 0, u.id DESC LIMIT 1",
	.in = { DB_TEXT },
	.out = USER_COLS,
};

static const struct db_stmt by_gh_login = {
	.name = "user_by_gh_login",
	.sql = USER_SQL " WHERE u.gh_login_lower = ? AND u.gh_login = ? ORDER BY u.id DESC LIMIT 1",
	.in = { DB_TEXT, DB_TEXT },
	.out = USER_COLS,
};

static const struct db_stmt list = {
	.name = "user_list",
	.sql = USER_SQL " WHERE u.id > ? ORDER BY u.id LIMIT 100",
	.in = { DB_U64 },
	.out = USER_COLS,
};

struct number_row {
	uint64_t n;
};

static const struct db_stmt taken = {
	.name = "user_taken",
	.sql = "SELECT CAST(COUNT(*) AS UNSIGNED) AS n"
	       "  FROM (SELECT canon_username FROM users WHERE canon_username = ?"
	       "         UNION ALL"
	       "        SELECT canon_username FROM reserved_usernames WHERE canon_username = ?) t",
	.in = { DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct number_row, n) },
};

struct taken_row {
	struct opt_u64 reserved, by_account;
};

static const struct db_stmt taken_for_github = {
	.name = "user_taken_for_github",
	.sql = "SELECT CAST((SELECT COUNT(*) FROM reserved_usernames WHERE canon_username = ?)"
	       "            AS UNSIGNED) AS reserved,"
	       "       CAST((SELECT COUNT(*) FROM users WHERE canon_username = ? AND gh_id = 0)"
	       "            AS UNSIGNED) AS by_account",
	.in = { DB_TEXT, DB_TEXT },
	.out = { DB_COL(struct taken_row, reserved), DB_COL(struct taken_row, by_account) },
};

static const struct db_stmt insert = {
	.name = "user_insert",
	.sql = "INSERT INTO users (username, canon_username, gh_login, gh_login_lower, gh_id, "
	       "name, is_admin, created_us)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	.in = { DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_I64, DB_TEXT, DB_BOOL, DB_I64 },
};

static const struct db_stmt insert_github = {
	.name = "user_insert_github",
	.sql = "INSERT INTO oauth_github (account_id, user_id, login, avatar, encrypted_token, "
	       "last_sync_us)"
	       " VALUES (?, ?, ?, ?, ?, ?)",
	.in = { DB_I64, DB_U64, DB_TEXT, DB_TEXT, DB_TEXT, DB_I64 },
};

static const struct db_stmt lock = {
	.name = "user_lock",
	.sql = "UPDATE users SET account_lock_reason = ?, account_lock_until_us = ? WHERE id = ?",
	.in = { DB_TEXT, DB_OPT_I64, DB_U64 },
};

static const struct db_stmt locked = {
	.name = "user_locked",
	.sql = "SELECT username AS login, account_lock_reason AS reason,"
	       "       account_lock_until_us AS until_us"
	       "  FROM users FORCE INDEX (users_locked)"
	       " WHERE account_lock_reason IS NOT NULL ORDER BY id DESC LIMIT 100",
	.out = { DB_COL(struct user_locked, login), DB_COL(struct user_locked, reason),
		 DB_COL(struct user_locked, until_us) },
};

static const struct db_stmt set_admin = {
	.name = "user_set_admin",
	.sql = "UPDATE users SET is_admin = ? WHERE id = ?",
	.in = { DB_BOOL, DB_U64 },
};

static const struct db_stmt feed_generation = {
	.name = "user_feed_generation",
	.sql = "SELECT CAST(feed_generation AS UNSIGNED) AS n FROM users WHERE id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct number_row, n) },
};

static const struct db_stmt feed_renew = {
	.name = "user_feed_renew",
	.sql = "UPDATE users SET feed_generation = feed_generation + 1 WHERE id = ?",
	.in = { DB_U64 },
};

struct login_row {
	struct text login;
};

static const struct db_stmt formerly = {
	.name = "user_formerly",
	.sql = "SELECT u.username AS login FROM former_logins f JOIN users u ON u.id = f.user_id"
	       " WHERE f.canon_username = ? ORDER BY f.until_us DESC LIMIT 1",
	.in = { DB_TEXT },
	.out = { DB_COL(struct login_row, login) },
};

static const struct db_stmt set_shortcuts = {
	.name = "user_set_shortcuts",
	.sql = "UPDATE users SET no_shortcuts = ? WHERE id = ?",
	.in = { DB_BOOL, DB_U64 },
};

static const struct db_stmt set_notifications = {
	.name = "user_set_notifications",
	.sql = "UPDATE users SET publish_notifications = ?"
	       " WHERE id = ? AND publish_notifications <> ?",
	.in = { DB_BOOL, DB_U64, DB_BOOL },
};

const struct err *db_user_by_id(struct db *db, uint64_t id, struct user_row *ret)
{
	return db_one(db, &by_id, DB_ARGS(db_u64(id)), ret);
}

const struct err *db_user_by_login(struct db *db, struct text login, struct user_row *ret)
{
	return db_one(db, &by_login, DB_ARGS(db_text(canon_name(db_arena(db), login))), ret);
}

const struct err *db_user_by_gh_login(struct db *db, struct text gh_login, struct user_row *ret)
{
	return db_one(db, &by_gh_login,
		      DB_ARGS(db_text(text_lower(db_arena(db), gh_login)), db_text(gh_login)), ret);
}

const struct err *db_user_list(struct db *db, uint64_t after_id, struct user_row **ret,
			       size_t *ret_n)
{
	return db_all(db, &list, DB_ARGS(db_u64(after_id)), sizeof(**ret), ret, ret_n);
}

/* ---- making one ---- */

struct adding {
	const struct user_new *u;
	uint64_t id;
};

static const struct err *add_accounts(struct db *db, const struct user_new *u, uint64_t id,
				      int64_t now)
{
	const struct err *e = NULL;

	if (u->gh_id)
		e = db_exec(db, &insert_github,
			    DB_ARGS(db_i64(u->gh_id), db_u64(id), db_text(u->login),
				    db_text(u->avatar),
				    db_text(u->encrypted_token.p ? u->encrypted_token : TEXT("")),
				    db_i64(now)),
			    NULL);
	if (err_is(e, ERR_EXISTS))
		return err_new(db_arena(db), ERR_EXISTS,
			       "the GitHub account %lld has a user already", (long long)u->gh_id);
	if (e || !u->email.p)
		return e;
	e = db_email_add(db, id, u->email, u->verified);
	return e || !u->encrypted_token.p ? e : db_mail_user_confirm(db, id);
}

static const struct err *judge_login(struct db *db, const struct user_new *u, struct text canon)
{
	struct number_row n;
	struct taken_row t;
	const struct err *e;

	if (!u->encrypted_token.p) {
		e = db_one(db, &taken, DB_ARGS(db_text(canon), db_text(canon)), &n);
		if (!e && n.n)
			e = err_new(db_arena(db), ERR_EXISTS,
				    "the login `%.*s` is taken or reserved", TEXT_F(u->login));
		return e;
	}
	e = db_one(db, &taken_for_github, DB_ARGS(db_text(canon), db_text(canon)), &t);
	if (!e && t.reserved.v)
		e = err_new(db_arena(db), ERR_INTERNAL, "the login `%.*s` is reserved",
			    TEXT_F(u->login));
	if (!e && t.by_account.v)
		e = err_new(db_arena(db), ERR_AUTH,
			    "The user name `%.*s` belongs to an account of this site that is not "
			    "connected with GitHub.",
			    TEXT_F(u->login));
	return e;
}

static const struct err *add(struct db *db, void *ctx)
{
	struct adding *a = ctx;
	const struct user_new *u = a->u;
	struct text canon = canon_name(db_arena(db), u->login);
	int64_t now = time_now_us();
	const struct err *e = judge_login(db, u, canon);

	if (!e)
		e = db_exec(db, &insert,
			    DB_ARGS(db_text(u->login), db_text(canon), db_text(u->login),
				    db_text(text_lower(db_arena(db), u->login)), db_i64(u->gh_id),
				    db_text(u->name), db_bool(u->is_admin), db_i64(now)),
			    NULL);
	if (e)
		return e;
	a->id = db_insert_id(db);
	return add_accounts(db, u, a->id, now);
}

const struct err *db_user_add(struct db *db, const struct user_new *u, uint64_t *ret_id)
{
	struct adding a = { .u = u };
	const struct err *e = db_tx(db, add, &a);

	if (!e)
		*ret_id = a.id;
	return e;
}

/* ---- changing one ---- */

static const struct err *must_be_there(struct db *db, const struct err *e, uint64_t n)
{
	if (e || n)
		return e;
	return err_new(db_arena(db), ERR_NOT_FOUND, "Not Found");
}

const struct err *db_user_lock(struct db *db, uint64_t id, struct text reason,
			       struct opt_i64 until_us)
{
	uint64_t n = 0;
	const struct err *e =
		db_exec(db, &lock, DB_ARGS(db_text(reason), db_opt_i64(until_us), db_u64(id)), &n);

	return must_be_there(db, e, n);
}

struct locking {
	uint64_t user_id;
	struct text reason;
	struct opt_i64 until_us;
	const struct audit_entry *note;
};

static const struct err *lock_noted(struct db *db, void *ctx)
{
	const struct locking *l = ctx;
	const struct err *e = db_user_lock(db, l->user_id, l->reason, l->until_us);

	return e ? e : db_audit(db, l->note);
}

const struct err *db_user_lock_noted(struct db *db, uint64_t id, struct text reason,
				     struct opt_i64 until_us, const struct audit_entry *note)
{
	struct locking l = { id, reason, until_us, note };

	return db_tx(db, lock_noted, &l);
}

const struct err *db_user_locked(struct db *db, struct user_locked **ret, size_t *ret_n)
{
	return db_all(db, &locked, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

const struct err *db_user_set_admin(struct db *db, uint64_t id, bool is_admin)
{
	uint64_t n = 0;
	const struct err *e = db_exec(db, &set_admin, DB_ARGS(db_bool(is_admin), db_u64(id)), &n);

	return must_be_there(db, e, n);
}

struct switching {
	uint64_t user_id;
	bool on;
};

static const struct err *switch_notifications(struct db *db, void *ctx)
{
	const struct switching *s = ctx;
	uint64_t changed = 0;
	const struct err *e =
		db_exec(db, &set_notifications,
			DB_ARGS(db_bool(s->on), db_u64(s->user_id), db_bool(s->on)), &changed);

	if (e || !changed || s->on)
		return e;
	return db_mail_unsubscribed(db, s->user_id);
}

const struct err *db_user_set_notifications(struct db *db, uint64_t id, bool on)
{
	struct switching s = { id, on };

	return db_tx(db, switch_notifications, &s);
}

const struct err *db_user_feed_generation(struct db *db, uint64_t id, uint64_t *ret)
{
	struct number_row row;
	const struct err *e = db_one(db, &feed_generation, DB_ARGS(db_u64(id)), &row);

	if (!e)
		*ret = row.n;
	return e;
}

const struct err *db_user_feed_renew(struct db *db, uint64_t id)
{
	return db_exec(db, &feed_renew, DB_ARGS(db_u64(id)), NULL);
}

const struct err *db_user_formerly(struct db *db, struct text login, struct text *ret,
				   bool *ret_found)
{
	struct login_row row;
	const struct err *e = db_maybe(
		db, &formerly, DB_ARGS(db_text(canon_name(db_arena(db), login))), &row, ret_found);

	if (!e && *ret_found)
		*ret = row.login;
	return e;
}

const struct err *db_user_set_shortcuts(struct db *db, uint64_t id, bool on)
{
	return db_exec(db, &set_shortcuts, DB_ARGS(db_bool(!on), db_u64(id)), NULL);
}

const struct db_stmt *const db_user_stmts[] = {
	&by_id,
	&by_login,
	&by_gh_login,
	&list,
	&taken,
	&taken_for_github,
	&insert,
	&insert_github,
	&lock,
	&locked,
	&set_admin,
	&set_shortcuts,
	&feed_generation,
	&feed_renew,
	&formerly,
	&set_notifications,
	NULL,
};
