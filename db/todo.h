/* What an owner of crates should look after (contract/web.md P44): tokens that run out, advisories, manifests that say too little. */
#pragma once

#include "db/db.h"

enum todo_kind {
	TODO_TOKEN, /* name: of an API token, detail: its id, until_us: its end */
	TODO_ADVISORY, /* name: of a crate, version: the default one, which it affects; detail: its id */
	TODO_METADATA, /* name and version likewise; detail: the fields that are not there, "repository, keywords" */
};

struct todo {
	uint64_t kind; /* enum todo_kind */
	struct text name, detail;
	struct text version; /* absent for tokens */
	int64_t until_us;    /* of tokens */
};

enum { TODO_TOKEN_DAYS = 14 };

/*
 * Of the crates that the user owns himself: at most 5 tokens that end within TODO_TOKEN_DAYS, soonest first; then advisories that are
 * not withdrawn, of the newest 50; then at most 5 crates. One query. arena
 */
const struct err *must_use db_todos(struct db *db, uint64_t user_id, struct todo **ret,
				    size_t *ret_n);

extern const struct db_stmt *const db_todo_stmts[];
