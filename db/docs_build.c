#include "db/docs_build.h"

#include "app/base/time.h"
#include "app/registry/search_terms.h"

enum { OLD_VERSION_S = 3600, POPULARITY_STEPS = 24, POPULARITY_STEP_S = 60 };

static const struct db_stmt want = {
	.name = "docs_want",
	.sql = "INSERT INTO docs_builds (version_id, wanted_us) VALUES (?, ?)"
	       " ON DUPLICATE KEY UPDATE wanted_us = COALESCE(wanted_us, VALUES(wanted_us))",
	.in = { DB_U64, DB_I64 },
};

static const struct db_stmt wanted = {
	.name = "docs_wanted",
	.sql = "SELECT d.version_id, c.name AS crate, v.num"
	       "  FROM docs_builds d"
	       "  JOIN versions v ON v.id = d.version_id"
	       "  JOIN crates c ON c.id = v.crate_id"
	       " WHERE d.wanted_us > 0"
	       " ORDER BY d.wanted_us LIMIT 50",
	.out = { DB_COL(struct docs_wanted, version_id), DB_COL(struct docs_wanted, crate),
		 DB_COL(struct docs_wanted, num) },
};

struct rest_row {
	struct opt_i64 wanted_us;
};

/* The first wish behind those that are kept. */
static const struct db_stmt rest = {
	.name = "docs_rest",
	.sql = "SELECT wanted_us FROM docs_builds WHERE wanted_us > 0"
	       " ORDER BY wanted_us LIMIT 1 OFFSET 2000", /* DOCS_WISHES_MAX */
	.out = { DB_COL(struct rest_row, wanted_us) },
};

static const struct db_stmt forget = {
	.name = "docs_forget",
	.sql = "UPDATE docs_builds SET wanted_us = NULL WHERE wanted_us >= ?"
	       " ORDER BY wanted_us LIMIT 10000",
	.in = { DB_I64 },
};

static const struct db_stmt asked = {
	.name = "docs_asked",
	.sql = "UPDATE docs_builds SET built = COALESCE(?, built), asked_us = ?, wanted_us = NULL"
	       " WHERE version_id = ?",
	.in = { DB_OPT_U64, DB_I64, DB_U64 },
};

static int64_t turn_us(const struct docs_wish *w)
{
	uint64_t step = search_popularity_step(w->recent_downloads);
	int64_t wait_s = w->is_default ? 0 : OLD_VERSION_S;

	if (step < POPULARITY_STEPS)
		wait_s += (int64_t)(POPULARITY_STEPS - step) * POPULARITY_STEP_S;
	return time_now_us() + wait_s * US_PER_S;
}

const struct err *db_docs_want(struct db *db, const struct docs_wish *w)
{
	return db_exec(db, &want, DB_ARGS(db_u64(w->version_id), db_i64(turn_us(w))), NULL);
}

const struct err *db_docs_wanted(struct db *db, struct docs_wanted **ret, size_t *ret_n)
{
	return db_all(db, &wanted, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

const struct err *db_docs_forget_rest(struct db *db, uint64_t *ret_n)
{
	struct rest_row from = { 0 };
	bool more;
	const struct err *e = db_maybe(db, &rest, DB_NO_ARGS, &from, &more);

	*ret_n = 0;
	return e || !more ? e : db_exec(db, &forget, DB_ARGS(db_i64(from.wanted_us.v)), ret_n);
}

const struct err *db_docs_asked(struct db *db, uint64_t version_id, struct opt_u64 built)
{
	return db_exec(db, &asked,
		       DB_ARGS(db_opt_u64(built), db_i64(time_now_us()), db_u64(version_id)), NULL);
}

const struct db_stmt *const db_docs_build_stmts[] = {
	&want, &wanted, &rest, &forget, &asked, NULL
};
