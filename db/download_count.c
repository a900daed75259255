#include "db/download_count.h"

#include "app/base/arena.h"
#include "app/base/fault.h"
#include "app/base/time.h"

#include <stdlib.h>

enum { LOOK_UP_AT_ONCE = 16, TRIES = 3 };

/* ---- which versions these are */

struct known {
	struct text name, num;
	uint64_t crate_id, version_id; /* 0: there is no such version */
};

/* Each part is two looks into unique indexes. */
#define ONE_VERSION                                                                                \
	"(SELECT c.name, v.num, c.id AS crate_id, v.id AS version_id FROM crates c"                \
	"   JOIN versions v ON v.crate_id = c.id WHERE c.name = ? AND v.num = ?)"
#define TWO_OF(s) s " UNION ALL " s

static const struct db_stmt look_up = {
	.name = "download_count_versions",
	.sql = TWO_OF(TWO_OF(TWO_OF(TWO_OF(ONE_VERSION)))) " LIMIT 16",
	.in = { DB_TEXT, DB_TEXT },
	.in_repeat = LOOK_UP_AT_ONCE,
	.out = { DB_COL(struct known, name), DB_COL(struct known, num),
		 DB_COL(struct known, crate_id), DB_COL(struct known, version_id) },
};

static int by_name(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int c = text_cmp(x->name, y->name);

	return c ? c : text_cmp(x->num, y->num);
}

/* Each version once, in the order of p->v. arena */
static struct known *versions_of(struct arena *a, const struct download_piece *p, size_t *ret_n)
{
	struct known *v = arena_array(a, p->n, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (!n || !text_eq(v[n - 1].name, p->v[i].name) ||
		    !text_eq(v[n - 1].num, p->v[i].version))
			v[n++] = (struct known){ p->v[i].name, p->v[i].version, 0, 0 };
	*ret_n = n;
	return v;
}

static const struct err *find_versions(struct db *db, struct known *v, size_t n)
{
	struct db_val args[2 * LOOK_UP_AT_ONCE];
	const struct err *e = NULL;
	struct known *rows, *at;
	size_t nrows;

	for (size_t from = 0; !e && from < n; from += LOOK_UP_AT_ONCE) {
		for (size_t i = 0; i < LOOK_UP_AT_ONCE; i++) { /* filled up with the last one */
			at = &v[from + i < n ? from + i : n - 1];
			args[2 * i] = db_text(at->name);
			args[2 * i + 1] = db_text(at->num);
		}
		e = db_all(db, &look_up, (struct db_vals){ args, ARRAY_SIZE(args) }, sizeof(*rows),
			   &rows, &nrows);
		for (size_t i = 0; !e && i < nrows; i++) {
			at = bsearch(&rows[i], v, n, sizeof(*v), by_name);
			if (at)
				*at = (struct known){ at->name, at->num, rows[i].crate_id,
						      rows[i].version_id };
		}
	}
	return e;
}

/* ---- writing */

/* What answers about these crates show is another from now on (db/crate_view.h); and it is their lock (design.md 5). */
#define CHANGED(n, rows, many)                                                                     \
	{                                                                                          \
		.name = "download_count_changed_" n,                                               \
		.sql = "UPDATE crates SET data_gen = data_gen + 1 WHERE id IN (" rows("?") ")",    \
		.in = { DB_U64 }, .in_repeat = many                                                \
	}
#define ONE(g) g
static const struct db_stmt changed_64 = CHANGED("64", DB_ROWS_64, 64);
static const struct db_stmt changed_8 = CHANGED("8", DB_ROWS_8, 8);
static const struct db_stmt changed_1 = CHANGED("1", ONE, 1);
static const struct db_stmt *const changed[] = { &changed_64, &changed_8, &changed_1, NULL };

/* What comes for a day that was summed up is summed up too (contract/jobs.md 7.3, 2). */
#define PUT(n, rows, many)                                                                         \
	{                                                                                          \
		.name = "download_count_put_" n,                                                   \
		.sql = "INSERT INTO version_downloads (version_id, date, downloads) VALUES " rows( \
			"(?, ?, ?)") " ON DUPLICATE KEY UPDATE downloads = downloads + "           \
				     "VALUES(downloads), processed = 0",                           \
		.in = { DB_U64, DB_TEXT, DB_U64 }, .in_repeat = many                               \
	}
static const struct db_stmt put_64 = PUT("64", DB_ROWS_64, 64);
static const struct db_stmt put_8 = PUT("8", DB_ROWS_8, 8);
static const struct db_stmt put_1 = PUT("1", ONE, 1);
static const struct db_stmt *const put[] = { &put_64, &put_8, &put_1, NULL };

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static const struct err *mark_changed(struct db *db, const struct known *v, size_t n)
{
	uint64_t *ids = arena_array(db_arena(db), n, sizeof(*ids));
	struct db_val *args = arena_array(db_arena(db), n, sizeof(*args));
	size_t nids = 0, nargs = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i].crate_id)
			ids[nids++] = v[i].crate_id;
	qsort(ids, nids, sizeof(*ids), by_number);
	for (size_t i = 0; i < nids; i++)
		if (!i || ids[i] != ids[i - 1])
			args[nargs++] = db_u64(ids[i]);
	return db_exec_rows(db, changed, (struct db_vals){ args, nargs });
}

struct row {
	uint64_t version_id, n;
	int64_t day;
};

static int by_key(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->version_id != y->version_id)
		return x->version_id < y->version_id ? -1 : 1;
	return (x->day > y->day) - (x->day < y->day);
}

/* v: those of p->v, each once and in the same order. */
static const struct err *put_counts(struct db *db, struct download_piece *p, const struct known *v)
{
	struct arena *a = db_arena(db);
	struct row *rows = arena_array(a, p->n, sizeof(*rows));
	struct db_val *args = arena_array(a, p->n, 3 * sizeof(*args));
	size_t n = 0, at = 0;

	p->ret_unknown = 0;
	for (size_t i = 0; i < p->n; i++) {
		if (!text_eq(v[at].name, p->v[i].name) || !text_eq(v[at].num, p->v[i].version))
			at++;
		if (v[at].version_id)
			rows[n++] = (struct row){ v[at].version_id, p->v[i].n, p->v[i].day };
		else
			p->ret_unknown += p->v[i].n;
	}
	qsort(rows, n, sizeof(*rows), by_key);
	for (size_t i = 0; i < n; i++) {
		struct time_text day = time_date(rows[i].day * 24 * 3600 * US_PER_S);

		args[3 * i] = db_u64(rows[i].version_id);
		args[3 * i + 1] = db_text(text_dup(a, text_from(day.s)));
		args[3 * i + 2] = db_u64(rows[i].n);
	}
	return db_exec_rows(db, put, (struct db_vals){ args, 3 * n });
}

static const struct err *count(struct db *db, void *ctx)
{
	struct download_piece *p = ctx;
	const struct err *e = db_log_move(db, p->was, p->to, &p->ret_row);
	struct known *v;
	size_t n;

	if (e)
		return e;
	FAULT_POINT(db_arena(db), COUNT_TX_POSITION);
	v = versions_of(db_arena(db), p, &n);
	e = find_versions(db, v, n);
	if (!e)
		e = mark_changed(db, v, n);
	if (!e)
		e = put_counts(db, p, v);
	if (e)
		return e;
	FAULT_POINT(db_arena(db), COUNT_TX_COUNTS);
	return NULL;
}

const struct err *db_downloads_count(struct db *db, struct download_piece *p)
{
	const struct err *e;
	int tries = 0;

	do /* a version that was deleted between the look and the write is not found the next time */
		e = db_tx(db, count, p);
	while (err_is(e, ERR_NOT_FOUND) && ++tries < TRIES);
	if (e)
		return e;
	FAULT_POINT(db_arena(db), COUNT_AFTER_COMMIT);
	return NULL;
}

const struct db_stmt *const db_download_count_stmts[] = { &look_up,   &changed_64, &changed_8,
							  &changed_1, &put_64,     &put_8,
							  &put_1,     NULL };
