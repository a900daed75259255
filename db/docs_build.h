/*
 * What a site of API documentation (site.docs_url) said of versions: asked by the job docs_status, for those that a page wanted to
 * know of (contract/web.md W059, 15.4).
 */
#pragma once

#include "db/db.h"

/* A page has been looked at that would like to know; once more is as good. ERR_NOT_FOUND where the version has gone. */
const struct err *must_use db_docs_want(struct db *db, uint64_t version_id);

enum { DOCS_WANTED_MAX = 50 };

struct docs_wanted {
	uint64_t version_id;
	struct text crate, num;
};

/* Those that have waited longest, at most DOCS_WANTED_MAX. */
const struct err *must_use db_docs_wanted(struct db *db, struct docs_wanted **ret, size_t *ret_n);

/* It was asked just now. built not set: it did not say, and what it said before stays. Nothing where the version is gone. */
const struct err *must_use db_docs_asked(struct db *db, uint64_t version_id, struct opt_u64 built);

extern const struct db_stmt *const db_docs_build_stmts[];
