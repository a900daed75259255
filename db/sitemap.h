/* Which crates there are, for site maps: parts of the range of ids, so that each is one seek and none has to be counted. */
#pragma once

#include "db/db.h"

enum { SITEMAP_PART = 50000 }; /* sitemaps.org: at most so many URLs in one file */

struct sitemap_crate {
	struct text name;
	int64_t updated_us;
};

struct sitemap_state {
	uint64_t max_id;    /* 0: no crate */
	int64_t updated_us; /* of the crate that was changed last */
	uint64_t num_crates;
};

/* One query: two ends of indexes and a kept counter. */
const struct err *must_use db_sitemap_state(struct db *db, struct sitemap_state *ret);

/* Crates with ids from part * SITEMAP_PART + 1 on, as many as there are in one part, by id; fn as in db_each. */
const struct err *must_use
db_sitemap_each(struct db *db, uint64_t part,
		const struct err *(*fn)(void *ctx, const struct sitemap_crate *crate), void *ctx);

extern const struct db_stmt *const db_sitemap_stmts[];
