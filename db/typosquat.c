#include "db/typosquat.h"

#include "app/base/time.h"
#include "db/job.h"
#include "db/mail.h"

static const struct db_stmt corpus = {
	.name = "typosquat_corpus",
	.sql = "SELECT c.id, c.name"
	       "  FROM crate_downloads d JOIN crates c ON c.id = d.crate_id"
	       " WHERE d.downloads > 0"
	       " ORDER BY d.downloads DESC, d.crate_id DESC LIMIT 3000", /* TYPOSQUAT_CORPUS */
	.out = { DB_COL(struct typosquat_crate, id), DB_COL(struct typosquat_crate, name) },
};

struct kin_row {
	uint64_t owner_id;
};

static const struct db_stmt kin = {
	.name = "typosquat_kin",
	.sql = "SELECT a.owner_id"
	       "  FROM crate_owners a"
	       "  JOIN crate_owners b ON b.crate_id = ? AND b.owner_kind = a.owner_kind"
	       "                     AND b.owner_id = a.owner_id AND b.deleted = 0"
	       " WHERE a.crate_id = ? AND a.deleted = 0"
	       " LIMIT 1",
	.in = { DB_U64, DB_U64 },
	.out = { DB_COL(struct kin_row, owner_id) },
};

static const struct db_stmt insert = {
	.name = "typosquat_insert",
	.sql = "INSERT INTO typosquat_hits (crate_id, similar, what, found_us) VALUES (?, ?, ?, ?)"
	       " ON DUPLICATE KEY UPDATE similar = VALUES(similar)",
	.in = { DB_U64, DB_TEXT, DB_TEXT, DB_I64 },
};

#define ROW_SQL                                                                                    \
	"SELECT t.crate_id, c.name AS crate, t.similar, t.what, c.created_us, t.found_us,"         \
	"       t.settled_us, t.settled_by"                                                        \
	"  FROM typosquat_hits t JOIN crates c ON c.id = t.crate_id"
#define ROW_COLS                                                                                   \
	{                                                                                          \
		DB_COL(struct typosquat_row, crate_id), DB_COL(struct typosquat_row, crate),       \
			DB_COL(struct typosquat_row, similar), DB_COL(struct typosquat_row, what), \
			DB_COL(struct typosquat_row, created_us),                                  \
			DB_COL(struct typosquat_row, found_us),                                    \
			DB_COL(struct typosquat_row, settled_us),                                  \
			DB_COL(struct typosquat_row, settled_by)                                   \
	}

static const struct db_stmt open_hits = {
	.name = "typosquat_open",
	.sql = ROW_SQL " WHERE t.settled_us IS NULL AND t.crate_id > ?"
		       " ORDER BY t.crate_id, t.id LIMIT 200", /* TYPOSQUAT_LIST_MAX */
	.in = { DB_U64 },
	.out = ROW_COLS,
};

static const struct db_stmt of_crate = {
	.name = "typosquat_of_crate",
	.sql = ROW_SQL " WHERE t.crate_id = ? ORDER BY t.id LIMIT 200",
	.in = { DB_U64 },
	.out = ROW_COLS,
};

static const struct db_stmt settle = {
	.name = "typosquat_settle",
	.sql = "UPDATE typosquat_hits SET settled_us = ?, settled_by = ?"
	       " WHERE crate_id = ? AND settled_us IS NULL",
	.in = { DB_I64, DB_TEXT, DB_U64 },
};

static const struct db_stmt reopen = {
	.name = "typosquat_reopen",
	.sql = "UPDATE typosquat_hits SET settled_us = NULL, settled_by = NULL"
	       " WHERE crate_id = ? AND settled_us IS NOT NULL",
	.in = { DB_U64 },
};

const struct err *db_typosquat_corpus(struct db *db, struct typosquat_crate **ret, size_t *ret_n)
{
	return db_all(db, &corpus, DB_NO_ARGS, sizeof(**ret), ret, ret_n);
}

const struct err *db_typosquat_kin(struct db *db, uint64_t crate_id, uint64_t other_id, bool *ret)
{
	struct kin_row row;

	return db_maybe(db, &kin, DB_ARGS(db_u64(crate_id), db_u64(other_id)), &row, ret);
}

struct found {
	const struct job *job;
	uint64_t crate_id;
	const struct typosquat_hit *hits;
	size_t n;
	const struct texts *to;
};

static const struct err *found(struct db *db, void *ctx)
{
	const struct found *f = ctx;
	const struct err *e = NULL;

	for (size_t i = 0; !e && i < f->n; i++)
		e = db_exec(db, &insert,
			    DB_ARGS(db_u64(f->crate_id), db_text(f->hits[i].similar),
				    db_text(f->hits[i].what), db_i64(time_now_us())),
			    NULL);
	for (size_t i = 0; !e && i < f->to->n; i++)
		e = db_mail_possible_typosquat(db, f->crate_id, f->to->v[i]);
	return e ? e : db_job_end(db, f->job);
}

const struct err *db_typosquat_found(struct db *db, const struct job *j, uint64_t crate_id,
				     const struct typosquat_hit *hits, size_t n,
				     const struct texts *to)
{
	struct found f = { j, crate_id, hits, n, to };

	return db_tx(db, found, &f);
}

const struct err *db_typosquat_open(struct db *db, uint64_t after_crate_id,
				    struct typosquat_row **ret, size_t *ret_n)
{
	return db_all(db, &open_hits, DB_ARGS(db_u64(after_crate_id)), sizeof(**ret), ret, ret_n);
}

const struct err *db_typosquat_of_crate(struct db *db, uint64_t crate_id,
					struct typosquat_row **ret, size_t *ret_n)
{
	return db_all(db, &of_crate, DB_ARGS(db_u64(crate_id)), sizeof(**ret), ret, ret_n);
}

const struct err *db_typosquat_settle(struct db *db, uint64_t crate_id, bool settled,
				      const struct audit_entry *note, uint64_t *ret_n)
{
	if (!settled)
		return db_exec_noted(db, &reopen, DB_ARGS(db_u64(crate_id)), note, ret_n);
	return db_exec_noted(db, &settle,
			     DB_ARGS(db_i64(time_now_us()), db_text(note->actor), db_u64(crate_id)),
			     note, ret_n);
}

const struct db_stmt *const db_typosquat_stmts[] = {
	&corpus, &kin, &insert, &open_hits, &of_crate, &settle, &reopen, NULL,
};
