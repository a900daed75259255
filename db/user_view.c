#include "db/user_view.h"

static const struct db_stmt user_views = {
	.name = "user_views",
	.sql = "SELECT " USER_VIEW_SQL("u", "") " FROM users u WHERE u.id IN (" DB_ROWS_128(
		"?") ", " DB_ROWS_128("?") ") ORDER BY u.id LIMIT 256",
	.in = { DB_U64 },
	.in_repeat = USER_IDS_MAX,
	.out = { DB_COL(struct user_view, id), DB_COL(struct user_view, login),
		 DB_COL(struct user_view, gh_login), DB_COL(struct user_view, name),
		 DB_COL(struct user_view, avatar), DB_COL(struct user_view, matches),
		 DB_COL(struct user_view, created_us) },
};

const struct err *db_user_views(struct db *db, const uint64_t *ids, size_t n,
				struct user_view **ret, size_t *ret_n)
{
	struct db_val args[USER_IDS_MAX];

	BUG_ON(n > ARRAY_SIZE(args));
	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		args[i] = db_u64(i < n ? ids[i] : 0);
	return db_all(db, &user_views, (struct db_vals){ args, ARRAY_SIZE(args) }, sizeof(**ret),
		      ret, ret_n);
}

const struct db_stmt *const db_user_view_stmts[] = { &user_views, NULL };
