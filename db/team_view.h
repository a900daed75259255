/* A team as everybody may see it (contract/api.md 7.3). */
#pragma once

#include "db/db.h"

struct team_view {
	uint64_t id;
	struct text login, name, avatar; /* the last two may be absent */
	struct text picture;             /* db/picture.h; absent: none */
};

/* login exactly, "github:org:team". ERR_NOT_FOUND ("Not Found"). */
const struct err *must_use db_team_view(struct db *db, struct text login, struct team_view *ret);

extern const struct db_stmt *const db_team_view_stmts[];
