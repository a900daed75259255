/* Keywords as lists show them (contract/api.md 19). */
#pragma once

#include "db/crate_view.h"

/* keyword in any case. ERR_NOT_FOUND ("Not Found"). */
const struct err *must_use db_keyword(struct db *db, struct text keyword, struct keyword_view *ret);

/* One page, by name, or with the most crates first; at most 100. */
const struct err *must_use db_keywords_page(struct db *db, bool by_crates, uint64_t per_page,
					    uint64_t offset, struct keyword_view **ret,
					    size_t *ret_n);

/*
 * One page of those that begin with the letter (in lower case; '0': with any figure), by name; *ret_total is how many there are.
 * None for any other character.
 */
const struct err *must_use db_keywords_letter(struct db *db, char letter, uint64_t per_page,
					      uint64_t offset, uint64_t *ret_total,
					      struct keyword_view **ret, size_t *ret_n);

/* How many there are: a counter that is kept. */
const struct err *must_use db_keywords_count(struct db *db, uint64_t *ret);

extern const struct db_stmt *const db_keyword_stmts[];
