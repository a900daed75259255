/*
 * What a site of API documentation (site.docs_url) said of versions: asked by the job docs_status, for those that a page wanted to
 * know of (contract/web.md W059, 15.4).
 *
 * A wish has a time when its turn is: sooner for the version that a crate's page shows, and for a crate that many use, so that somebody
 * who looks at all old versions is in nobody's way. It is a time, not a rank: what has waited long enough is next.
 */
#pragma once

#include "db/db.h"

struct docs_wish {
	uint64_t version_id;
	bool is_default;           /* of its crate */
	uint64_t recent_downloads; /* of the crate */
};

/* A page has been looked at that would like to know; once more is as good. ERR_NOT_FOUND where the version has gone. */
const struct err *must_use db_docs_want(struct db *db, const struct docs_wish *w);

enum { DOCS_WANTED_MAX = 50, DOCS_WISHES_MAX = 2000 };

struct docs_wanted {
	uint64_t version_id;
	struct text crate, num;
};

/* Those whose turn is first, at most DOCS_WANTED_MAX. */
const struct err *must_use db_docs_wanted(struct db *db, struct docs_wanted **ret, size_t *ret_n);

/*
 * Forgets the wishes behind the first DOCS_WISHES_MAX, ten thousand at a time: whoever looks again may have them again. What was said of
 * these versions stays.
 */
const struct err *must_use db_docs_forget_rest(struct db *db, uint64_t *ret_n);

/* It was asked just now. built not set: it did not say, and what it said before stays. Nothing where the version is gone. */
const struct err *must_use db_docs_asked(struct db *db, uint64_t version_id, struct opt_u64 built);

extern const struct db_stmt *const db_docs_build_stmts[];
