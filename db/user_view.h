/*
 * A person as everybody may see one: what the JSON objects User and Owner (contract/api.md 7.3) are
 * made of, as columns that other queries take along.
 */
#pragma once

#include "db/db.h"

struct user_view {
	struct opt_u64 id; /* not set: nobody (an outer join found none); the other members are
			      absent then */
	struct text login, gh_login, name, avatar;
	struct text picture;    /* db/picture.h; of db_user_view_by_login alone */
	struct opt_i64 matches; /* 1: a linked GitHub account has exactly this login */
	struct opt_i64 created_us;
};

/* Columns of a user with the alias u, each named with a prefix: USER_VIEW_SQL("u", "pub_"). */
#define USER_VIEW_SQL(u, prefix)                                                                   \
	u ".id AS " prefix "id, " u ".username AS " prefix "login, " u ".gh_login AS " prefix      \
	  "gh_login, " u ".name AS " prefix "name,"                                                \
	  " (SELECT g.avatar FROM oauth_github g WHERE g.user_id = " u                             \
	  ".id ORDER BY g.account_id LIMIT 1) AS " prefix "avatar,"                                \
	  " (SELECT COUNT(*) FROM oauth_github g WHERE g.user_id = " u ".id AND g.login = " u      \
	  ".username) AS " prefix "matches, " u ".created_us AS " prefix "created_us"

#define USER_VIEW_COLS(type, member, prefix)                                                       \
	DB_COL_AS(type, member.id, prefix "id"), DB_COL_AS(type, member.login, prefix "login"),    \
		DB_COL_AS(type, member.gh_login, prefix "gh_login"),                               \
		DB_COL_AS(type, member.name, prefix "name"),                                       \
		DB_COL_AS(type, member.avatar, prefix "avatar"),                                   \
		DB_COL_AS(type, member.matches, prefix "matches"),                                 \
		DB_COL_AS(type, member.created_us, prefix "created_us")

enum { USER_IDS_MAX = 256 };

/* People by id, ascending; at most USER_IDS_MAX ids, repeated ones count once. */
const struct err *must_use db_user_views(struct db *db, const uint64_t *ids, size_t n,
					 struct user_view **ret, size_t *ret_n);

/* By login, case and - _ alike; several: the highest id. ERR_NOT_FOUND ("Not Found"). */
const struct err *must_use db_user_view_by_login(struct db *db, struct text login,
						 struct user_view *ret);

/* Of all crates that the user owns now; 0 for nobody. */
const struct err *must_use db_user_total_downloads(struct db *db, uint64_t user_id, uint64_t *ret);

extern const struct db_stmt *const db_user_view_stmts[];
