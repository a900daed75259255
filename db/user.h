/* Accounts (contract/api.md 21, 22, 25): the user, the one e-mail address, the linked GitHub
 * account. */
#pragma once

#include "db/audit.h"
#include "db/db.h"

/* What every signed-in request needs of its user; other queries take it along with USER_AUTH_SQL.
 */
struct user_auth {
	uint64_t id;
	struct text login, gh_login, name;
	struct text picture; /* db/picture.h; absent: none */
	struct opt_i64 created_us;
	bool is_admin, no_shortcuts;
	struct text lock_reason;      /* absent: not locked */
	struct opt_i64 lock_until_us; /* not set: for ever */
};

/* Columns of a user with the alias u. */
#define USER_AUTH_SQL                                                                              \
	"u.id AS user_id, u.username AS login, u.gh_login, u.name AS user_name,"                   \
	" (SELECT g.picture FROM oauth_github g WHERE g.user_id = u.id ORDER BY g.account_id "     \
	"LIMIT 1) AS picture,"                                                                     \
	" u.created_us AS user_created_us, u.is_admin, u.no_shortcuts, u.account_lock_reason AS "  \
	"lock_reason,"                                                                             \
	" u.account_lock_until_us AS lock_until_us"

#define USER_AUTH_COLS(type, member)                                                               \
	DB_COL_AS(type, member.id, "user_id"), DB_COL_AS(type, member.login, "login"),             \
		DB_COL_AS(type, member.gh_login, "gh_login"),                                      \
		DB_COL_AS(type, member.name, "user_name"),                                         \
		DB_COL_AS(type, member.picture, "picture"),                                        \
		DB_COL_AS(type, member.created_us, "user_created_us"),                             \
		DB_COL_AS(type, member.is_admin, "is_admin"),                                      \
		DB_COL_AS(type, member.no_shortcuts, "no_shortcuts"),                              \
		DB_COL_AS(type, member.lock_reason, "lock_reason"),                                \
		DB_COL_AS(type, member.lock_until_us, "lock_until_us")

struct user_row {
	uint64_t id;
	struct text login, gh_login;
	int64_t gh_id;
	struct text name, avatar;
	struct text picture; /* db/picture.h; absent: none */
	bool is_admin, publish_notifications;
	struct text lock_reason;
	struct opt_i64 lock_until_us, created_us;
	struct text email;                 /* absent: none */
	struct opt_u64 email_verified;     /* 1, 0; not set: no address */
	struct opt_i64 token_generated_us; /* when the last letter was to go out */
};

/* ERR_NOT_FOUND ("Not Found"). */
const struct err *must_use db_user_by_id(struct db *db, uint64_t id, struct user_row *ret);

/* Case and - _ alike; several: one without a GitHub account, then the highest id. ERR_NOT_FOUND ("Not Found"). */
const struct err *must_use db_user_by_login(struct db *db, struct text login, struct user_row *ret);

/* The GitHub login exactly; several: the highest id. ERR_NOT_FOUND ("Not Found"). */
const struct err *must_use db_user_by_gh_login(struct db *db, struct text gh_login,
					       struct user_row *ret);

enum { USER_LIST_MAX = 100 };

/* By id, those after that one; at most USER_LIST_MAX. */
const struct err *must_use db_user_list(struct db *db, uint64_t after_id, struct user_row **ret,
					size_t *ret_n);

struct user_new {
	struct text login;        /* also the GitHub login */
	struct text name, avatar; /* absent: null */
	int64_t gh_id;            /* 0: no GitHub account is linked */
	/* Of a sign-up by GitHub, where others of GitHub may have the login too; sealed (app/base/crypt.h). Absent: an
	 * account made by the operator. A letter to verify the address goes out. */
	struct text encrypted_token;
	struct text email; /* absent: none */
	bool verified, is_admin;
};

/*
 * One transaction. ERR_EXISTS where the GitHub account has a user; or the login is taken or reserved, which for a sign-up
 * is ERR_AUTH where an account without GitHub has it, and ERR_INTERNAL where it is reserved (contract/api.md 25).
 */
const struct err *must_use db_user_add(struct db *db, const struct user_new *u, uint64_t *ret_id);

/* reason absent: unlocked. ERR_NOT_FOUND ("Not Found"). */
const struct err *must_use db_user_lock(struct db *db, uint64_t id, struct text reason,
					struct opt_i64 until_us);

/* The same with a row of the audit, in one transaction. */
const struct err *must_use db_user_lock_noted(struct db *db, uint64_t id, struct text reason,
					      struct opt_i64 until_us,
					      const struct audit_entry *note);

struct user_locked {
	struct text login, reason;
	struct opt_i64 until_us; /* not set: for ever; it may have passed */
};

enum { USER_LOCKED_MAX = 100 };

/* Accounts with a lock, newest account first; at most USER_LOCKED_MAX. */
const struct err *must_use db_user_locked(struct db *db, struct user_locked **ret, size_t *ret_n);

/* The counter in the address of the feed of followed crates; ERR_NOT_FOUND ("Not Found") for nobody. */
const struct err *must_use db_user_feed_generation(struct db *db, uint64_t id, uint64_t *ret);
const struct err *must_use db_user_feed_renew(struct db *db, uint64_t id);

/* What the account is called now that was called so before, the last one to be; *ret_found false for none. */
const struct err *must_use db_user_formerly(struct db *db, struct text login, struct text *ret,
					    bool *ret_found);

/* Whether single keys of the site do something for that account. */
const struct err *must_use db_user_set_shortcuts(struct db *db, uint64_t id, bool on);

const struct err *must_use db_user_set_admin(struct db *db, uint64_t id, bool is_admin);

/* Of publishes. Switched off, it leaves a letter that says so. */
const struct err *must_use db_user_set_notifications(struct db *db, uint64_t id, bool on);

extern const struct db_stmt *const db_user_stmts[];
