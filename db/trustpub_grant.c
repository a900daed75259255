#include "db/trustpub_grant.h"

#include "app/base/time.h"

#define GRANT_SQL                                                                                  \
	"SELECT g.id, g.crate_id, g.created_us, c.name AS crate, g.issuer, g.claims"               \
	"  FROM trustpub_grants g JOIN crates c ON c.id = g.crate_id"
#define GRANT_COLS                                                                                 \
	{                                                                                          \
		DB_COL(struct trustpub_grant, id), DB_COL(struct trustpub_grant, crate_id),        \
			DB_COL(struct trustpub_grant, created_us),                                 \
			DB_COL(struct trustpub_grant, crate),                                      \
			DB_COL(struct trustpub_grant, issuer),                                     \
			DB_COL(struct trustpub_grant, claims)                                      \
	}

struct count_row {
	uint64_t n;
};

static const struct db_stmt count = {
	.name = "trustpub_grant_count",
	.sql = "SELECT CAST(COUNT(*) AS UNSIGNED) AS n FROM trustpub_grants WHERE issuer = ?",
	.in = { DB_TEXT },
	.out = { DB_COL(struct count_row, n) },
};

static const struct db_stmt insert = {
	.name = "trustpub_grant_insert",
	.sql = "INSERT INTO trustpub_grants (created_us, crate_id, issuer, claims)"
	       " VALUES (?, ?, ?, ?)",
	.in = { DB_I64, DB_U64, DB_TEXT, DB_TEXT },
};

static const struct db_stmt delete_id = {
	.name = "trustpub_grant_delete",
	.sql = "DELETE FROM trustpub_grants WHERE id = ?",
	.in = { DB_U64 },
};

static const struct db_stmt of_issuer = {
	.name = "trustpub_grants_of_issuer",
	.sql = GRANT_SQL " WHERE g.issuer = ? ORDER BY g.id LIMIT 1000",
	.in = { DB_TEXT },
	.out = GRANT_COLS,
};

static const struct db_stmt all = {
	.name = "trustpub_grants",
	.sql = GRANT_SQL " WHERE g.id > ? ORDER BY g.id LIMIT 1000",
	.in = { DB_U64 },
	.out = GRANT_COLS,
};

const struct err *db_trustpub_grant_add(struct db *db, uint64_t crate_id, struct text issuer,
					struct text claims, uint64_t *ret_id)
{
	struct count_row row;
	const struct err *e = db_one(db, &count, DB_ARGS(db_text(issuer)), &row);

	if (!e && row.n >= GRANTS_MAX)
		e = err_new(db_arena(db), ERR_LIMIT, "an issuer may have %d grants", GRANTS_MAX);
	if (!e)
		e = db_exec(db, &insert,
			    DB_ARGS(db_i64(time_now_us()), db_u64(crate_id), db_text(issuer),
				    db_text(claims)),
			    NULL);
	if (!e)
		*ret_id = db_insert_id(db);
	return e;
}

const struct err *db_trustpub_grant_delete(struct db *db, uint64_t id, bool *ret_found)
{
	uint64_t n = 0;
	const struct err *e = db_exec(db, &delete_id, DB_ARGS(db_u64(id)), &n);

	*ret_found = n > 0;
	return e;
}

const struct err *db_trustpub_grants_of_issuer(struct db *db, struct text issuer,
					       struct trustpub_grant **ret, size_t *ret_n)
{
	return db_all(db, &of_issuer, DB_ARGS(db_text(issuer)), sizeof(**ret), ret, ret_n);
}

const struct err *db_trustpub_grants(struct db *db, uint64_t after_id, struct trustpub_grant **ret,
				     size_t *ret_n)
{
	return db_all(db, &all, DB_ARGS(db_u64(after_id)), sizeof(**ret), ret, ret_n);
}

const struct db_stmt *const db_trustpub_grant_stmts[] = { &count,     &insert, &delete_id,
							  &of_issuer, &all,    NULL };
