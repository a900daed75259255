/*
 * The keywords and categories of a crate: those of the version that was published last (contract/publish.md 7.4). Inside
 * the transaction that publishes. Rows of keywords and categories are changed in the order of the word and of the id,
 * so that two publishes never wait for each other in a circle.
 */
#pragma once

#include "app/registry/manifest.h" /* struct texts */
#include "db/db.h"

/* Written in lower case, each once; new words are made. *ret_new: how many. */
const struct err *must_use db_link_keywords(struct db *db, uint64_t crate_id, struct texts keywords,
					    uint64_t *ret_new);

/*
 * Slugs that are not there are left out and returned (arena), in the order given: whether that is an error is the
 * caller's business.
 */
const struct err *must_use db_link_categories(struct db *db, uint64_t crate_id, struct texts slugs,
					      struct texts *ret_unknown);

extern const struct db_stmt *const db_link_stmts[];
