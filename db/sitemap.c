#include "db/sitemap.h"

static const struct db_stmt state = {
	.name = "sitemap_state",
	.sql = "SELECT CAST(COALESCE((SELECT MAX(id) FROM crates), 0) AS UNSIGNED) AS max_id,"
	       "       CAST(COALESCE((SELECT MAX(updated_us) FROM crates), 0) AS SIGNED) AS "
	       "updated_us,"
	       "       num_crates"
	       "  FROM metadata WHERE id = 1",
	.out = { DB_COL(struct sitemap_state, max_id), DB_COL(struct sitemap_state, updated_us),
		 DB_COL(struct sitemap_state, num_crates) },
};

static const struct db_stmt part_of = {
	.name = "sitemap_part",
	.sql = "SELECT name, updated_us FROM crates WHERE id > ? AND id <= ? ORDER BY id LIMIT "
	       "50000",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct sitemap_crate, name), DB_COL(struct sitemap_crate, updated_us) },
};

const struct err *db_sitemap_state(struct db *db, struct sitemap_state *ret)
{
	return db_one(db, &state, DB_NO_ARGS, ret);
}

struct each {
	const struct err *(*fn)(void *ctx, const struct sitemap_crate *crate);
	void *ctx;
};

static const struct err *one(void *ctx, const void *row)
{
	struct each *each = ctx;

	return each->fn(each->ctx, row);
}

const struct err *
db_sitemap_each(struct db *db, uint64_t part,
		const struct err *(*fn)(void *ctx, const struct sitemap_crate *crate), void *ctx)
{
	struct each each = { fn, ctx };
	struct sitemap_crate row;
	uint64_t from, to;

	if (ckd_mul(&from, part, SITEMAP_PART) || ckd_add(&to, from, SITEMAP_PART))
		return NULL;
	return db_each(db, &part_of, DB_ARGS(db_u64(from), db_u64(to)), &row, one, &each);
}

const struct db_stmt *const db_sitemap_stmts[] = { &state, &part_of, NULL };
