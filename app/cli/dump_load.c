#include "app/base/arena.h"
#include "app/base/csv.h"
#include "app/cli/cli.h"
#include "app/cli/dump.h"
#include "app/server/app.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A batch is one transaction: so many rows, and so many bytes of values and texts, at the most (and one row more). */
enum { BATCH_ROWS = 50000, BATCH_BYTES = 16 * 1024 * 1024, AT_ONCE = 1024, WRONG_MAX = 100000 };

/* ---- a file and its columns */

static ptrdiff_t read_file(void *ctx, char *p, size_t n)
{
	const int *fd = ctx;
	ssize_t got;

	do
		got = read(*fd, p, n);
	while (got < 0 && errno == EINTR);
	return got;
}

static void reader_at(struct dump_file *f, uint64_t offset, uint64_t line)
{
	csv_free(f->csv);
	f->csv = csv_new((struct csv_source){ read_file, &f->fd }, offset, line);
}

/* Which field each value is read from; the columns may stand in any order, and there may be more. */
static size_t column_of(const struct texts *names, const char *name)
{
	size_t at = 0;

	while (at < names->n && !text_eq(names->v[at], text_from(name)))
		at++;
	return at;
}

static const struct err *find_columns(struct dump *d, struct dump_file *f)
{
	struct texts names;

	if (csv_next(f->csv, &names) != CSV_RECORD)
		return err_new(d->a, ERR_INVALID, "%.*s:1: no line with the names of columns",
			       TEXT_F(f->path));
	f->ncolumns = names.n;
	for (size_t i = 0; f->t->values[i].column; i++) {
		const char *want = f->t->values[i].column;
		size_t at = column_of(&names, want);

		if (at == names.n && f->t->no_longer &&
		    text_eq(text_from(want), text_from(f->t->no_longer)))
			at = column_of(&names, f->t->instead);
		if (at == names.n)
			return err_new(d->a, ERR_INVALID, "%.*s:1: there is no column `%s`",
				       TEXT_F(f->path), want);
		f->at[i] = at;
	}
	return NULL;
}

const struct err *dump_open(struct dump *d, const struct dump_table *t,
			    const struct import_step *step, struct dump_file *ret)
{
	struct dump_file *f = ret;
	const struct err *e;

	*f = (struct dump_file){ .t = t };
	f->path = text_fmt(d->a, "%.*s/data/%s.csv", TEXT_F(d->dir), t->name);
	f->fd = open(f->path.p, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return errno == ENOENT
			       ? err_new(d->a, ERR_NOT_FOUND, "%.*s is missing", TEXT_F(f->path))
			       : err_errno(d->a, errno, "%.*s", TEXT_F(f->path));
	reader_at(f, 0, 1);
	e = find_columns(d, f);
	if (!e && step && step->position) {
		if (lseek(f->fd, (off_t)step->position, SEEK_SET) < 0)
			e = err_errno(d->a, errno, "%.*s", TEXT_F(f->path));
		else
			reader_at(f, step->position, step->line);
	}
	if (e)
		dump_close(f);
	return e;
}

void dump_close(struct dump_file *f)
{
	csv_free(f->csv);
	if (f->fd >= 0)
		(void)close(f->fd);
	f->csv = NULL;
	f->fd = -1;
}

/* ---- a batch of rows */

struct row {
	struct db_val *v;
	uint64_t line;
};

struct batch {
	struct dump *d;
	enum import_table table;
	size_t width;
	unsigned keys;
	struct arena *a; /* of its rows */
	struct row *rows;
	size_t n;
	struct import_step *step; /* as it will be with these rows */
	uint64_t wrong;           /* found when they were put: one by one */
	bool one_by_one;
	struct dump_file *f;
};

static void say_wrong(struct batch *b, uint64_t line, struct text why)
{
	if (b->step->wrong + b->wrong < DUMP_WRONG_SHOWN)
		(void)cli_say("%.*s:%llu: %.*s", TEXT_F(b->f->path), (unsigned long long)line,
			      TEXT_F(why));
	else if (b->step->wrong + b->wrong == DUMP_WRONG_SHOWN)
		(void)cli_say("%.*s: and more, which are counted only", TEXT_F(b->f->path));
}

static int value_cmp(const struct db_val *x, const struct db_val *y)
{
	if (x->type == DB_TEXT)
		return text_cmp(x->v.text, y->v.text);
	if (x->type == DB_I64)
		return (x->v.i64 > y->v.i64) - (x->v.i64 < y->v.i64);
	return (x->v.u64 > y->v.u64) - (x->v.u64 < y->v.u64);
}

static int by_key(const void *pa, const void *pb, void *keys)
{
	const struct row *x = pa, *y = pb;
	int c = 0;

	for (unsigned i = 0; !c && i < *(const unsigned *)keys; i++)
		c = value_cmp(&x->v[i], &y->v[i]);
	return c ? c : (x->line > y->line) - (x->line < y->line);
}

static void sort(struct batch *b)
{
	bool sorted = true;

	for (size_t i = 1; sorted && i < b->n; i++)
		sorted = by_key(&b->rows[i - 1], &b->rows[i], &b->keys) < 0;
	if (!sorted)
		qsort_r(b->rows, b->n, sizeof(*b->rows), by_key, &b->keys);
}

static const struct err *put_many(struct db *db, struct batch *b)
{
	struct db_val *v = arena_array(b->a, AT_ONCE * b->width, sizeof(*v));
	const struct err *e = NULL;

	for (size_t from = 0; !e && from < b->n; from += AT_ONCE) {
		size_t n = b->n - from < AT_ONCE ? b->n - from : AT_ONCE;

		for (size_t i = 0; i < n; i++)
			memcpy(v + i * b->width, b->rows[from + i].v, b->width * sizeof(*v));
		e = db_import_put(db, b->table, (struct db_vals){ v, n * b->width });
	}
	return e;
}

/* Which of them is it? A row that is refused takes nothing else with it. */
static const struct err *put_each(struct db *db, struct batch *b)
{
	b->wrong = 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct err *e =
			db_import_put(db, b->table, (struct db_vals){ b->rows[i].v, b->width });

		if (e && !err_is(e, ERR_EXISTS) && !err_is(e, ERR_INTERNAL))
			return e;
		if (!e)
			continue;
		say_wrong(b, b->rows[i].line, e->cause);
		b->wrong++;
	}
	return NULL;
}

static const struct err *put(struct db *db, void *ctx)
{
	struct batch *b = ctx;
	struct import_step s = *b->step;
	const struct err *e = b->one_by_one ? put_each(db, b) : put_many(db, b);

	s.n += b->n - b->wrong;
	s.wrong += b->wrong;
	return e ? e : db_import_step_put(db, text_from(b->f->t->name), &s);
}

/* Commits what is gathered, and how far the file is read. */
static const struct err *flush(struct batch *b)
{
	struct db *db = b->d->app->db;
	struct arena *before = db_arena(db);
	const struct err *e;

	sort(b);
	db_use_arena(db, b->a);
	b->wrong = 0;
	b->one_by_one = false;
	e = db_tx(db, put, b);
	if (err_is(e, ERR_EXISTS) || err_is(e, ERR_INTERNAL)) {
		b->one_by_one = true;
		e = db_tx(db, put, b);
	}
	e = err_move(b->d->a, e);
	db_use_arena(db, before);
	if (e)
		return e;
	b->step->n += b->n - b->wrong;
	b->step->wrong += b->wrong;
	b->d->rows += b->n - b->wrong;
	b->d->wrong += b->wrong;
	b->n = 0;
	arena_reset(b->a);
	return NULL;
}

/* NULL, or why the record is no row of the table. */
static const char *take(struct batch *b, const struct texts *fields)
{
	const struct dump_table *t = b->f->t;
	struct row *row = &b->rows[b->n];
	const char *wrong;

	if (fields->n != b->f->ncolumns)
		return "another number of fields than the first line";
	row->v = arena_array(b->a, b->width, sizeof(*row->v));
	row->line = csv_began(b->f->csv).line;
	for (size_t i = 0; i < b->width; i++) {
		wrong = t->values[i].convert(b->d, b->a, fields->v[b->f->at[i]], &row->v[i]);
		if (wrong)
			return wrong == dump_pass_over
				       ? wrong
				       : text_fmt(b->a, "%s: %s", t->values[i].column, wrong).p;
	}
	wrong = t->check ? t->check(b->d, row->v) : NULL;
	if (!wrong)
		b->n++;
	return wrong;
}

static const struct err *take_all(struct batch *b)
{
	struct dump *d = b->d;
	const struct err *e = NULL;
	struct texts fields;
	enum csv_what what;

	while (!e && (what = csv_next(b->f->csv, &fields)) != CSV_END) {
		const char *wrong = what == CSV_WRONG ? csv_why(b->f->csv) : NULL;

		if (what == CSV_FAILED)
			return err_errno(d->a, errno, "%.*s", TEXT_F(b->f->path));
		if (what == CSV_RECORD)
			wrong = take(b, &fields);
		b->step->position = csv_ahead(b->f->csv).offset;
		b->step->line = csv_ahead(b->f->csv).line;
		if (wrong && wrong != dump_pass_over) {
			say_wrong(b, csv_began(b->f->csv).line, text_from(wrong));
			b->step->wrong++;
			d->wrong++;
		}
		if (b->step->wrong > WRONG_MAX)
			e = err_new(d->a, ERR_INVALID, "%.*s: too much of it is wrong",
				    TEXT_F(b->f->path));
		else if (b->n == BATCH_ROWS || arena_used(b->a) > BATCH_BYTES)
			e = flush(b);
	}
	b->step->done = !e;
	return e ? e : flush(b);
}

const struct err *dump_load(struct dump *d, enum import_table table, struct import_step *step)
{
	const struct dump_table *t = &dump_tables[table];
	struct batch b = { .d = d,
			   .table = table,
			   .width = db_import_width(table),
			   .keys = t->keys,
			   .step = step };
	struct dump_file f;
	const struct err *e = NULL;

	for (unsigned which = 0; !e && which < IMPORT_NAMES; which++)
		if (t->refs & 1U << which)
			e = dump_refs(d, (enum import_names)which);
	if (!e)
		e = dump_open(d, t, step, &f);
	if (e)
		return e;
	b.f = &f;
	b.a = arena_new(0);
	b.rows = calloc(BATCH_ROWS, sizeof(*b.rows));
	BUG_ON(!b.rows);
	e = take_all(&b);
	free(b.rows);
	arena_free(b.a);
	dump_close(&f);
	return e;
}
