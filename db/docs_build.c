#include "db/docs_build.h"

#include "app/base/time.h"

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

static const struct db_stmt asked = {
	.name = "docs_asked",
	.sql = "UPDATE docs_builds SET built = COALESCE(?, built), asked_us = ?, wanted_us = NULL"
	       " WHERE version_id = ?",
	.in = { DB_OPT_U64, DB_I64, DB_U64 },
};

const struct err *db_docs_want(struct db *db, uint64_t version_id)
{
	return db_exec(db, &want, DB_ARGS(db_u64(version_id), db_i64(time_now_us())), NULL);
}

const struct err *db_docs_wanted(struct db *db, struct docs_wanted **ret, size_t *ret_n)
{
	return db_all(db, &wanted, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

const struct err *db_docs_asked(struct db *db, uint64_t version_id, struct opt_u64 built)
{
	return db_exec(db, &asked,
		       DB_ARGS(db_opt_u64(built), db_i64(time_now_us()), db_u64(version_id)), NULL);
}

const struct db_stmt *const db_docs_build_stmts[] = { &want, &wanted, &asked, NULL };
