/*
 * GitHub accounts of users (contract/api.md 25, contract/jobs.md 16.3): who signs in by which, and the token that GitHub is
 * asked with about teams, encrypted (app/base/crypt.h).
 */
#pragma once

#include "db/user.h"

/* What GitHub says of an account. */
struct github_account {
	int64_t id; /* GitHub's */
	struct text login;
	struct text name, avatar; /* absent: null */
	struct text encrypted_token;
};

/* The user of an account; *ret_found false where nobody has signed in by it. */
const struct err *must_use db_github_find(struct db *db, int64_t account_id, uint64_t *ret_user_id,
					  bool *ret_found);

/*
 * Account and user become what GitHub says, the token included. One transaction. A login that an account without GitHub has
 * here, or that is reserved, is kept for it: users.username stays then.
 */
const struct err *must_use db_github_sync(struct db *db, uint64_t user_id,
					  const struct github_account *a);

/*
 * Of update_user_from_github: the login alone, and the time of the look. login absent: nothing has changed. One transaction.
 */
const struct err *must_use db_github_relogin(struct db *db, uint64_t user_id, int64_t account_id,
					     struct text login);

struct github_link {
	uint64_t user_id;
	struct text login, encrypted_token;
};

/* ERR_NOT_FOUND ("Not Found"). */
const struct err *must_use db_github_link(struct db *db, int64_t account_id,
					  struct github_link *ret);

struct github_stale {
	int64_t account_id;
};
enum { GITHUB_STALE_MAX = 1000 };

/* Those that were looked at before, longest ago first; at most n, and at most GITHUB_STALE_MAX. */
const struct err *must_use db_github_stale(struct db *db, int64_t before_us, uint64_t n,
					   struct github_stale **ret, size_t *ret_n);

/* ---- who may do what to a crate (app/server/may.h) */

struct owner_standing {
	bool is_owner;        /* in person */
	struct opt_u64 teams; /* that own the crate */
	struct text gh_login; /* of the user */
	struct text encrypted_token;
};

/* Of a user in a crate, in one query. ERR_NOT_FOUND where the crate has gone, or the user. */
const struct err *must_use db_owner_standing(struct db *db, uint64_t crate_id, uint64_t user_id,
					     struct owner_standing *ret);

struct owner_team {
	uint64_t id;
	struct text login;
	int64_t github_id;
	struct opt_i64 org_id;
};
enum { OWNER_TEAMS_MAX = 100 };

/* The teams that own a crate, by id; at most OWNER_TEAMS_MAX. */
const struct err *must_use db_owner_teams(struct db *db, uint64_t crate_id, struct owner_team **ret,
					  size_t *ret_n);

/* The same, each with who asks whether he is in it, for what is only shown. At most TEAM_SEATS_MAX; none where
 * he has no account of GitHub. One query. */
struct team_seat {
	struct owner_team team;
	struct text gh_login, encrypted_token;
};
enum { TEAM_SEATS_MAX = 10 };
const struct err *must_use db_team_seats(struct db *db, uint64_t crate_id, uint64_t user_id,
					 struct team_seat **ret, size_t *ret_n);

extern const struct db_stmt *const db_github_stmts[];
