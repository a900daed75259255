#include "db/db_parts.h"

#include "app/base/config.h"
#include "app/base/time.h"

#include "app/base/banned.h"

static const struct err *exec_once(struct db *db, const struct db_stmt *s, struct db_vals args,
				   uint64_t *ret_affected)
{
	struct prepared *p;
	const struct err *e = db_start(db, s, args, &p);

	if (e)
		return e;
	BUG_ON(p->nout);
	if (ret_affected)
		*ret_affected = mysql_stmt_affected_rows(p->st);
	db->insert_id = mysql_stmt_insert_id(p->st);
	return NULL;
}

const struct err *db_exec(struct db *db, const struct db_stmt *s, struct db_vals args,
			  uint64_t *ret_affected)
{
	int64_t from = time_monotonic_us();
	int spent = 0, tries = 0;
	const struct err *e;

	db->counts.queries++;
	do /* a statement of its own that failed so has changed nothing */
		e = exec_once(db, s, args, ret_affected);
	while (e && !db->in_tx && db_may_again(db->last) && db_try_again(db->last, &spent, &tries));
	db->counts.us += time_monotonic_us() - from;
	return e;
}

const struct err *db_exec_rows(struct db *db, const struct db_stmt *const *groups,
			       struct db_vals rows)
{
	const struct err *e = NULL;
	size_t at = 0;

	for (; *groups && !e; groups++) {
		size_t n = db_stmt_params(*groups);

		for (; rows.n - at >= n && !e; at += n)
			e = db_exec(db, *groups, (struct db_vals){ rows.v + at, n }, NULL);
	}
	BUG_ON(!e && at < rows.n);
	return e;
}

uint64_t db_insert_id(const struct db *db)
{
	return db->insert_id;
}

const struct err *db_raw(struct db *db, struct text sql)
{
	const struct err *e = db_connect(db);

	return e ? e : db_run_text(db, "raw", sql.p, sql.n);
}

const struct err *db_fresh(struct db *db, bool on)
{
	if (!db->cfg->db.galera)
		return NULL;
	return db_raw(db, on ? TEXT("SET SESSION wsrep_sync_wait = 1")
			     : TEXT("SET SESSION wsrep_sync_wait = 0"));
}
