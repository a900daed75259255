#include "db/unsubscribe.h"

#include "app/base/arena.h"

#include <stddef.h>

enum { TOKEN_CHARS = 32 };

struct token_row {
	struct text token;
};

static const struct db_stmt of_user = {
	.name = "unsubscribe_of_user",
	.sql = "SELECT token FROM unsubscribe_tokens WHERE user_id = ?",
	.in = { DB_U64 },
	.out = { DB_COL(struct token_row, token) },
};

/* Another one that came first stays. */
static const struct db_stmt insert = {
	.name = "unsubscribe_insert",
	.sql = "INSERT INTO unsubscribe_tokens (user_id, token) VALUES (?, ?)"
	       " ON DUPLICATE KEY UPDATE user_id = VALUES(user_id)",
	.in = { DB_U64, DB_TEXT },
};

static const struct db_stmt by_token = {
	.name = "unsubscribe_by_token",
	.sql = "SELECT u.id AS user_id, u.username AS login, u.publish_notifications"
	       "  FROM unsubscribe_tokens t"
	       "  JOIN users u ON u.id = t.user_id"
	       " WHERE t.token = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct unsubscriber, user_id), DB_COL(struct unsubscriber, login),
		 DB_COL(struct unsubscriber, publish_notifications) },
};

const struct err *db_unsubscribe_token(struct db *db, uint64_t user_id, struct text *ret)
{
	char *p = arena_alloc(db_arena(db), TOKEN_CHARS);
	struct text fresh = { p, TOKEN_CHARS };
	struct token_row row;
	bool found;
	const struct err *e = db_maybe(db, &of_user, DB_ARGS(db_u64(user_id)), &row, &found);

	if (!e && !found) {
		random_alnum(p, TOKEN_CHARS);
		e = db_exec(db, &insert, DB_ARGS(db_u64(user_id), db_text(fresh)), NULL);
		if (!e)
			e = db_one(db, &of_user, DB_ARGS(db_u64(user_id)), &row);
	}
	if (!e)
		*ret = row.token;
	return e;
}

const struct err *db_unsubscribe_find(struct db *db, struct text token, struct unsubscriber *ret,
				      bool *ret_found)
{
	return db_maybe(db, &by_token, DB_ARGS(db_text(token)), ret, ret_found);
}

const struct db_stmt *const db_unsubscribe_stmts[] = { &of_user, &insert, &by_token, NULL };
