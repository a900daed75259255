#include "db/team_view.h"

static const struct db_stmt team_view_by_login = {
	.name = "team_view_by_login",
	.sql = "SELECT id, login, name, avatar, picture FROM teams WHERE login = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct team_view, id), DB_COL(struct team_view, login),
		 DB_COL(struct team_view, name), DB_COL(struct team_view, avatar),
		 DB_COL(struct team_view, picture) },
};

const struct err *db_team_view(struct db *db, struct text login, struct team_view *ret)
{
	return db_one(db, &team_view_by_login, DB_ARGS(db_text(login)), ret);
}

const struct db_stmt *const db_team_view_stmts[] = { &team_view_by_login, NULL };
