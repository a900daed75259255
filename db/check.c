#include "db/check.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "db/db.h"

#include <string.h>

enum { REPORT_MAX = 1024 * 1024, LARGE = 10000 };

static const char *type_name(enum db_type t)
{
	static const char *const name[] = { "what has no type here",
					    "unsigned",
					    "signed",
					    "bool",
					    "text",
					    "SHA-256",
					    "double",
					    "unsigned or NULL",
					    "signed or NULL",
					    "SHA-256 or NULL" };

	BUG_ON((size_t)t >= ARRAY_SIZE(name));
	return name[t];
}

static bool type_fits(enum db_type declared, const struct db_column *c)
{
	switch (declared) {
	case DB_TEXT:
		return c->type == DB_TEXT;
	case DB_BOOL:
		return !c->nullable && (c->type == DB_U64 || c->type == DB_I64);
	case DB_OPT_U64:
		return c->type == DB_U64;
	case DB_OPT_I64:
		return c->type == DB_I64;
	case DB_OPT_SHA256:
		return c->type == DB_SHA256;
	default:
		return c->type == declared && !c->nullable;
	}
}

/* ---- the result */

static const struct err *check_columns(struct db *db, const struct db_stmt *s, struct buf *b)
{
	struct db_column *c;
	size_t n, declared = 0;
	const struct err *e = db_describe(db, s, &c, &n);

	if (e && e->kind == ERR_BUSY)
		return e;
	if (e) {
		buf_fmt(b, "%s: %.*s\n", s->name, TEXT_F(e->cause));
		return NULL;
	}
	while (declared < DB_OUT_MAX && s->out[declared].type != DB_END)
		declared++;
	if (n !=
	    declared) /* what returns no rows may not be declared to, and the other way round */
		buf_fmt(b, "%s: %zu columns are declared, the server has %zu\n", s->name, declared,
			n);
	for (size_t i = 0; i < n && i < declared; i++) {
		if (strcmp(c[i].name, s->out[i].name) != 0)
			buf_fmt(b, "%s: column %zu is `%s`, declared as `%s`\n", s->name, i + 1,
				c[i].name, s->out[i].name);
		if (!type_fits(s->out[i].type, &c[i]))
			buf_fmt(b, "%s: column `%s` is %s%s, declared as %s\n", s->name, c[i].name,
				type_name(c[i].type), c[i].nullable ? " and may be NULL" : "",
				type_name(s->out[i].type));
	}
	return NULL;
}

/* ---- how it is executed */

struct explain_row {
	struct text id, select_type, table, type, possible_keys, key, key_len, ref, rows, extra;
};

/* What a statement is usually asked: only the type matters. */
static struct db_val typical(enum db_type t)
{
	static const struct sha256 sha;

	switch (t) {
	case DB_U64:
	case DB_OPT_U64:
		return db_u64(1);
	case DB_I64:
	case DB_OPT_I64:
		return db_i64(1);
	case DB_BOOL:
		return db_bool(false);
	case DB_F64:
		return db_f64(1);
	case DB_SHA256:
	case DB_OPT_SHA256:
		return db_sha(&sha);
	default:
		return db_text(TEXT("2026-01-01")); /* a name as good as any, and a date too */
	}
}

static bool is_explainable(const struct db_stmt *s)
{
	return strncmp(s->sql, "SELECT", 6) == 0 || strncmp(s->sql, "WITH", 4) == 0 ||
	       strncmp(s->sql, "UPDATE", 6) == 0 || strncmp(s->sql, "DELETE", 6) == 0 ||
	       (strncmp(s->sql, "INSERT", 6) == 0 && strstr(s->sql, "SELECT"));
}

static bool scans(const struct explain_row *r)
{
	uint64_t rows;

	if (!r->table.p || text_starts(r->table, TEXT("<")) ||
	    text_eq(r->select_type, TEXT("INSERT")))
		return false;
	if (!text_eq(r->type, TEXT("ALL")) && !text_eq(r->type, TEXT("index")))
		return false;
	return !text_u64(r->rows, 0, UINT64_MAX, &rows) || rows >= LARGE;
}

static const struct err *check_plan(struct db *db, const struct db_stmt *s, struct buf *b)
{
	struct arena *a = db_arena(db);
	struct db_stmt *x = arena_alloc(a, sizeof(*x));
	size_t n = db_stmt_params(s), nrows;
	struct db_val *v = arena_array(a, n, sizeof(*v));
	struct explain_row *rows;
	const struct err *e;

	for (size_t i = 0; i < n; i++)
		v[i] = typical(db_stmt_param(s, i));
	memcpy(x, s, sizeof(*x));
	memset(x->out, 0, sizeof(x->out));
	x->sql = text_z(a, text_fmt(a, "EXPLAIN %s", s->sql));
	{
		const struct db_col out[] = {
			DB_COL(struct explain_row, id),
			DB_COL(struct explain_row, select_type),
			DB_COL(struct explain_row, table),
			DB_COL(struct explain_row, type),
			DB_COL(struct explain_row, possible_keys),
			DB_COL(struct explain_row, key),
			DB_COL(struct explain_row, key_len),
			DB_COL(struct explain_row, ref),
			DB_COL(struct explain_row, rows),
			DB_COL(struct explain_row, extra),
		};

		memcpy(x->out, out, sizeof(out));
	}
	e = db_all(db, x, (struct db_vals){ v, n }, sizeof(*rows), &rows, &nrows);
	db_forget(db, x);
	if (e && e->kind == ERR_BUSY)
		return e;
	if (e) {
		buf_fmt(b, "%s: EXPLAIN: %.*s\n", s->name, TEXT_F(e->cause));
		return NULL;
	}
	for (size_t i = 0; i < nrows; i++)
		if (scans(&rows[i]))
			buf_fmt(b, "%s: a full scan (%.*s) of `%.*s`, %.*s rows\n", s->name,
				TEXT_F(rows[i].type), TEXT_F(rows[i].table), TEXT_F(rows[i].rows));
	return NULL;
}

/* The tables that stay short are left as they are. */
static const struct err *pretend_rows(struct db *db)
{
	static const struct text sql[] = {
		TEXT_INIT("UPDATE mysql.innodb_table_stats SET n_rows = 100000, "
			  "clustered_index_size = 5000,"
			  " sum_of_other_index_sizes = 5000 WHERE database_name = DATABASE() AND "
			  "table_name NOT IN"
			  " ('categories', 'metadata', 'schema_migrations', 'job_schedule', "
			  "'reserved_crate_names',"
			  "  'reserved_usernames')"),
		TEXT_INIT("UPDATE mysql.innodb_index_stats SET stat_value ="
			  " CASE WHEN stat_name LIKE 'n_diff%' THEN 50000 ELSE 2500 END"
			  " WHERE database_name = DATABASE() AND table_name NOT IN"
			  " ('categories', 'metadata', 'schema_migrations', 'job_schedule', "
			  "'reserved_crate_names',"
			  "  'reserved_usernames')"),
		TEXT_INIT("FLUSH TABLES"),
	};
	const struct err *e = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(sql) && !e; i++)
		e = db_raw(db, sql[i]);
	return e;
}

const struct err *db_check_all(struct db *db, bool pretend, struct db_check *ret)
{
	struct buf b = buf_init(db_arena(db), REPORT_MAX);
	const struct err *e = pretend ? pretend_rows(db) : NULL;
	uint64_t statements = 0;

	for (const struct db_stmt_list *l = db_stmt_lists; l->v && !e; l++) {
		for (const struct db_stmt *const *s = l->v; *s && !e; s++) {
			size_t before = b.n;

			statements++;
			e = check_columns(db, *s, &b);
			if (!e && pretend && b.n == before && !(*s)->scan_ok && is_explainable(*s))
				e = check_plan(db, *s, &b);
		}
	}
	if (e)
		return e;
	*ret = (struct db_check){ .statements = statements };
	e = buf_done(&b, &ret->report);
	for (size_t i = 0; !e && i < ret->report.n; i++)
		ret->complaints += ret->report.p[i] == '\n';
	return e;
}

const struct err *db_check_sql(struct db *db)
{
	struct db_check c;
	const struct err *e = db_check_all(db, false, &c);

	if (e || !c.complaints)
		return e;
	return err_new(db_arena(db), ERR_INTERNAL, "%.*s%llu complaints", TEXT_F(c.report),
		       (unsigned long long)c.complaints);
}
