/* Rows as PostgreSQL's COPY ... WITH CSV HEADER writes them. */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/csv.h"
#include "app/base/fault.h"
#include "app/base/jw.h"
#include "app/base/pgvalue.h"
#include "app/jobs/dump.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/export.h"
#include "db/stored.h"

#include <stdlib.h>

enum { VALUE_MAX_BYTES = 64 * 1024 * 1024 };

/* A table on its way into its file. */
struct table {
	struct dumping *d;
	const struct export_table *t;
	struct dump_entry *to;
	struct arena *row; /* of one row's values */
	struct buf out;
	enum export_form forms[DB_OUT_MAX];
	const struct err *e; /* of the sink */
	struct export_row v;
};

/* ---- values */

/* Keys as jsonb has them: the short ones first. */
static int by_jsonb(const void *a, const void *b)
{
	const struct manifest_feature *x = a, *y = b;

	if (x->name.n != y->name.n)
		return x->name.n < y->name.n ? -1 : 1;
	return text_cmp(x->name, y->name);
}

static void put_json_text(struct buf *b, struct text t)
{
	struct jw j = jw_init(b);

	jw_text(&j, NULL, t);
}

/* jsonb is printed with a blank behind each colon and comma. */
static void put_features(struct arena *a, struct buf *b, struct text json)
{
	struct manifest_feature *v;
	size_t n = stored_features_read(a, json, &v);

	if (n)
		qsort(v, n, sizeof(*v), by_jsonb);
	buf_byte(b, '{');
	for (size_t i = 0; i < n; i++) {
		buf_add(b, i ? TEXT(", ") : TEXT(""));
		put_json_text(b, v[i].name);
		buf_add(b, TEXT(": ["));
		for (size_t k = 0; k < v[i].values.n; k++) {
			buf_add(b, k ? TEXT(", ") : TEXT(""));
			put_json_text(b, v[i].values.v[k]);
		}
		buf_byte(b, ']');
	}
	buf_byte(b, '}');
}

/* PostgreSQL's texts hold no NUL. */
static struct text without_nul(struct arena *a, struct text t)
{
	struct buf b;

	if (!text_has_byte(t, '\0'))
		return t;
	b = buf_init(a, t.n);
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i])
			buf_byte(&b, t.p[i]);
	return b.n ? buf_text(&b) : TEXT("");
}

static struct text text_value(struct table *t, enum export_form form, struct text v)
{
	struct buf b;

	if (!v.p || form == EXPORT_BY_TYPE)
		return without_nul(t->row, v);
	b = buf_init(t->row, VALUE_MAX_BYTES);
	if (form == EXPORT_FEATURES)
		put_features(t->row, &b, v);
	else
		pg_put_array(&b, stored_list_read(t->row, v));
	return buf_text(&b);
}

static void put_i64(struct buf *b, enum export_form form, int64_t v)
{
	if (form == EXPORT_TIME)
		pg_put_time(b, v);
	else
		buf_i64(b, v);
}

static void put_value(struct table *t, size_t i, const void *at)
{
	const struct opt_u64 *u = at;
	const struct opt_i64 *n = at;
	const struct opt_sha256 *sha = at;
	struct buf *b = &t->out;

	switch (t->t->rows->out[i].type) {
	case DB_U64:
		buf_u64(b, *(const uint64_t *)at);
		break;
	case DB_OPT_U64:
		if (u->set)
			buf_u64(b, u->v);
		break;
	case DB_I64:
		put_i64(b, t->forms[i], *(const int64_t *)at);
		break;
	case DB_OPT_I64:
		if (n->set)
			put_i64(b, t->forms[i], n->v);
		break;
	case DB_BOOL:
		pg_put_bool(b, *(const bool *)at);
		break;
	case DB_SHA256:
		pg_put_bytes(b, ((const struct sha256 *)at)->b, sizeof(sha->v.b));
		break;
	case DB_OPT_SHA256:
		if (sha->set)
			pg_put_bytes(b, sha->v.b, sizeof(sha->v.b));
		break;
	case DB_TEXT:
		csv_put(b, text_value(t, t->forms[i], *(const struct text *)at));
		break;
	default:
		BUG_ON("a column without a form");
	}
}

/* ---- rows */

static bool to_file(void *ctx, struct text part)
{
	struct table *t = ctx;

	t->e = storage_write_all(t->d->r->arena, t->to->fd, part);
	if (!t->e)
		t->e = dump_goes_on(t->d, part.n);
	t->to->bytes += part.n;
	return !t->e;
}

static const struct err *put_row(void *ctx, const void *row)
{
	struct table *t = ctx;
	const struct db_col *columns = t->t->rows->out;

	for (size_t i = 0; i < DB_OUT_MAX && columns[i].type != DB_END; i++) {
		if (i)
			buf_byte(&t->out, ',');
		put_value(t, i, (const char *)row + columns[i].offset);
	}
	buf_byte(&t->out, '\n');
	arena_reset(t->row);
	t->d->rows++;
	return t->e;
}

static void put_header(struct table *t)
{
	const struct db_col *columns = t->t->rows->out;

	for (size_t i = 0; i < DB_OUT_MAX && columns[i].type != DB_END; i++) {
		if (i)
			buf_byte(&t->out, ',');
		buf_add(&t->out, text_from(columns[i].name));
		t->forms[i] = export_form(t->t, &columns[i]);
	}
	buf_byte(&t->out, '\n');
}

static const struct err *put_table(struct table *t, struct db *db)
{
	const struct err *e;

	put_header(t);
	e = db_each(db, t->t->rows, DB_NO_ARGS, &t->v, put_row, t);
	if (!e && !buf_flush(&t->out))
		e = t->e;
	if (!e && !buf_ok(&t->out))
		e = err_new(t->d->r->arena, ERR_INTERNAL, "a row is too large for a dump");
	return e;
}

static const struct err *put_one(struct dumping *d, struct db *db, const struct export_table *what)
{
	struct table t = { .d = d, .t = what, .row = arena_new(0) };
	struct arena *of_table = arena_new(0);
	const struct err *e =
		dump_add(d, text_fmt(d->r->arena, "data/%s.csv", what->name).p, &t.to);

	t.out = buf_init_sink(of_table, to_file, &t);
	if (!e)
		e = err_move(d->r->arena, put_table(&t, db));
	arena_free(of_table);
	arena_free(t.row);
	return e;
}

static const struct err *put_all(struct db *db, void *ctx)
{
	struct dumping *d = ctx;
	const struct err *e = NULL;

	for (size_t i = 0; !e && i < EXPORT_TABLES; i++) {
		e = put_one(d, db, &export_tables[i]);
		if (!e && i == EXPORT_TABLES / 2)
			FAULT_POINT(d->r->arena, DUMP_IN_SNAPSHOT);
	}
	return e;
}

const struct err *dump_rows(struct dumping *d)
{
	struct db *db = db_new(d->r->app->cfg);
	const struct err *e;

	db_be_patient(db);
	db_use_arena(db, d->r->arena);
	e = db_snapshot(db, put_all, d);
	db_free(db);
	return e;
}
