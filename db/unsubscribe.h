/*
 * The tokens that let the reader of a letter switch publish notifications off without signing in (RFC 8058). Each user has
 * one, made with the first letter that needs it; it opens nothing else.
 */
#pragma once

#include "db/db.h"

/* The user's, made where there is none yet. ERR_NOT_FOUND where there is no such user. */
const struct err *must_use db_unsubscribe_token(struct db *db, uint64_t user_id, struct text *ret);

struct unsubscriber {
	uint64_t user_id;
	struct text login;
	bool publish_notifications;
};

/* Whose token it is; *ret_found false for nobody's. */
const struct err *must_use db_unsubscribe_find(struct db *db, struct text token,
					       struct unsubscriber *ret, bool *ret_found);

extern const struct db_stmt *const db_unsubscribe_stmts[];
