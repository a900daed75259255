/* Who follows which crates, and what is new in them: contract/api.md 18 and 22. */
#pragma once

#include "db/version_view.h"

/* Doing either twice is no error. ERR_NOT_FOUND ("Not Found") where the crate has just gone. */
const struct err *must_use db_follow_add(struct db *db, uint64_t user_id, uint64_t crate_id);
const struct err *must_use db_follow_remove(struct db *db, uint64_t user_id, uint64_t crate_id);
const struct err *must_use db_follow_is(struct db *db, uint64_t user_id, uint64_t crate_id,
					bool *ret);

/*
 * Versions of the crates that the user follows, newest first, with their actions; n is at most
 * VERSION_IDS_MAX. Three queries.
 */
const struct err *must_use db_follow_updates(struct db *db, uint64_t user_id, uint64_t n,
					     uint64_t offset, struct version_view **ret,
					     size_t *ret_n);

extern const struct db_stmt *const db_follow_stmts[];
