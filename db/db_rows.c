#include "db/db_parts.h"

#include "app/base/arena.h"
#include "app/base/time.h"

#include <string.h>

#include "app/base/banned.h"

static const struct err *no_room(struct db *db, const struct prepared *p)
{
	return err_new(db->arena, ERR_INTERNAL, "database: %s: no room for all rows", p->s->name);
}

static const struct err *bad_value(struct db *db, const struct prepared *p, size_t i,
				   const char *why)
{
	struct text cause =
		text_fmt(db->arena, "%s: column %s %s", p->s->name, p->s->out[i].name, why);

	return err_because(db->arena, ERR_INTERNAL, cause, "database: %.*s", TEXT_F(cause));
}

/* room: for a text that came with its row, with its NUL; moved behind it. */
static const struct err *read_text(struct db *db, struct prepared *p, size_t i, struct arena *a,
				   char **room, struct text *ret)
{
	const struct slot *s = &p->slots[i];
	unsigned long n = 0;
	my_bool null = 0, error = 0;
	MYSQL_BIND b = {
		.buffer_type = MYSQL_TYPE_STRING, .length = &n, .is_null = &null, .error = &error
	};

	if (s->null) {
		*ret = TEXT_NONE;
		return NULL;
	}
	if (s->length <= SLOT_TEXT) {
		memcpy(*room, s->v.text, s->length);
		(*room)[s->length] = '\0';
		*ret = (struct text){ *room, s->length };
		*room += s->length + 1;
		return NULL;
	}
	if (!arena_has_room(a, s->length))
		return no_room(db, p);
	b.buffer = arena_alloc(a, s->length + 1);
	b.buffer_length = s->length;
	if (mysql_stmt_fetch_column(p->st, &b, (unsigned)i, 0))
		return db_fail_stmt(db, p);
	*ret = (struct text){ b.buffer, s->length };
	return NULL;
}

/* One column of the row in hand, into its member. */
static const struct err *read_column(struct db *db, struct prepared *p, size_t i, struct arena *a,
				     char **room, void *row)
{
	const struct db_col *c = &p->s->out[i];
	const struct slot *s = &p->slots[i];
	void *to = (char *)row + c->offset;

	if (c->type == DB_TEXT)
		return read_text(db, p, i, a, room, to);
	if (s->null && c->type == db_base_type(c->type))
		return bad_value(db, p, i, "is NULL");
	if (!s->null && s->error)
		return bad_value(db, p, i, "is out of range");
	if (!s->null && db_base_type(c->type) == DB_SHA256 && s->length != sizeof(s->v.sha))
		return bad_value(db, p, i, "is not 32 bytes");
	switch (c->type) {
	case DB_U64:
		*(uint64_t *)to = s->v.u64;
		break;
	case DB_I64:
		*(int64_t *)to = s->v.i64;
		break;
	case DB_BOOL:
		*(bool *)to = s->v.u64 != 0;
		break;
	case DB_F64:
		*(double *)to = s->v.f64;
		break;
	case DB_SHA256:
		memcpy(to, s->v.sha, sizeof(s->v.sha));
		break;
	case DB_OPT_U64:
		*(struct opt_u64 *)to = (struct opt_u64){ !s->null, s->null ? 0 : s->v.u64 };
		break;
	case DB_OPT_I64:
		*(struct opt_i64 *)to = (struct opt_i64){ !s->null, s->null ? 0 : s->v.i64 };
		break;
	case DB_OPT_SHA256:
		((struct opt_sha256 *)to)->set = !s->null;
		if (!s->null)
			memcpy(((struct opt_sha256 *)to)->v.b, s->v.sha, sizeof(s->v.sha));
		break;
	default:
		BUG_ON("a column without a type");
	}
	return NULL;
}

/* The row in hand, into `row`. Its texts that came with it stand in one piece of memory. */
static const struct err *read_row(struct db *db, struct prepared *p, struct arena *a, void *row)
{
	const struct err *e = NULL;
	size_t size = 0;
	char *room;

	for (size_t i = 0; i < p->nout; i++)
		if (p->s->out[i].type == DB_TEXT && !p->slots[i].null &&
		    p->slots[i].length <= SLOT_TEXT)
			size += p->slots[i].length + 1;
	if (!arena_has_room(a, size))
		return no_room(db, p);
	room = size ? arena_bytes(a, size) : NULL;
	for (size_t i = 0; i < p->nout && !e; i++)
		e = read_column(db, p, i, a, &room, row);
	return e;
}

/* Who takes the rows of a query, one by one. */
struct taker {
	void *row;           /* each row is put here */
	struct arena *texts; /* and its texts here */
	const struct err *(*take)(struct taker *t);
	size_t n; /* rows taken */
	void *ctx;
};

static const struct err *fetch_all(struct db *db, struct prepared *p, struct taker *t)
{
	const struct err *e = NULL;

	while (!e) {
		int rc = mysql_stmt_fetch(p->st);

		if (rc == MYSQL_NO_DATA)
			return NULL;
		if (rc == 1)
			return db_fail_stmt(db, p);
		e = read_row(db, p, t->texts, t->row);
		if (!e)
			e = t->take(t);
		t->n++;
	}
	return e;
}

static const struct err *query_once(struct db *db, const struct db_stmt *s, struct db_vals args,
				    struct taker *t)
{
	struct prepared *p;
	const struct err *e = db_start(db, s, args, &p);

	if (e)
		return e;
	BUG_ON(!p->nout);
	db->last = FAIL_NONE;
	e = fetch_all(db, p, t);
	if (db->my && mysql_stmt_free_result(p->st) && !e)
		e = db_fail_stmt(db, p);
	return e;
}

static bool is_read(const struct db_stmt *s)
{
	return strncmp(s->sql, "SELECT", 6) == 0 || strncmp(s->sql, "WITH", 4) == 0 ||
	       strncmp(s->sql, "EXPLAIN", 7) == 0;
}

static const struct err *query(struct db *db, const struct db_stmt *s, struct db_vals args,
			       struct taker *t)
{
	int64_t from = time_monotonic_us();
	const struct err *e;

	db->counts.queries++;
	e = query_once(db, s, args, t);
	if (e && db->last == FAIL_LOST && !db->in_tx && !t->n && is_read(s))
		e = query_once(db, s, args, t);
	db->counts.us += time_monotonic_us() - from;
	return e;
}

static size_t row_size_of(const struct db_stmt *s)
{
	size_t size = 1, n = db_count_out(s);

	for (size_t i = 0; i < n; i++)
		if (s->out[i].offset + db_type_size(s->out[i].type) > size)
			size = s->out[i].offset + db_type_size(s->out[i].type);
	return size;
}

static const struct err *take_one(struct taker *t)
{
	BUG_ON(t->n); /* db_one and db_maybe ask by a unique key, or with LIMIT 1 */
	return NULL;
}

const struct err *db_maybe(struct db *db, const struct db_stmt *s, struct db_vals args,
			   void *ret_row, bool *ret_found)
{
	struct taker t = { .row = arena_alloc(db->arena, row_size_of(s)),
			   .texts = db->arena,
			   .take = take_one };
	const struct err *e = query(db, s, args, &t);
	size_t n = db_count_out(s);

	if (e)
		return e;
	*ret_found = t.n == 1;
	if (!t.n)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t at = s->out[i].offset;

		memcpy((char *)ret_row + at, (char *)t.row + at, db_type_size(s->out[i].type));
	}
	return NULL;
}

const struct err *db_one(struct db *db, const struct db_stmt *s, struct db_vals args, void *ret_row)
{
	bool found;
	const struct err *e = db_maybe(db, s, args, ret_row, &found);

	if (e || found)
		return e;
	return err_new(db->arena, ERR_NOT_FOUND, "Not Found");
}

struct rows {
	struct arena *arena;
	char *v;
	size_t size, room;
};

static const struct err *take_row(struct taker *t)
{
	struct rows *r = t->ctx;

	if (t->n + 1 == r->room) {
		size_t size;

		BUG_ON(ckd_mul(&size, r->room * 2, r->size));
		r->v = arena_grow(r->arena, r->v, r->room * r->size, size);
		r->room *= 2;
	}
	t->row = r->v + (t->n + 1) * r->size;
	memset(t->row, 0, r->size); /* what no column fills */
	return NULL;
}

const struct err *db_all(struct db *db, const struct db_stmt *s, struct db_vals args,
			 size_t row_size, void *ret_rows, size_t *ret_n)
{
	struct rows r = { .arena = db->arena, .size = row_size, .room = 16 };
	struct taker t = { .texts = db->arena, .take = take_row, .ctx = &r };
	const struct err *e;

	BUG_ON(row_size < row_size_of(s));
	r.v = arena_array(db->arena, r.room, row_size);
	t.row = r.v;
	e = query(db, s, args, &t);
	if (e)
		return e;
	memcpy(ret_rows, &r.v, sizeof(r.v));
	*ret_n = t.n;
	return NULL;
}

struct each {
	const struct err *(*fn)(void *ctx, const void *row);
	void *ctx;
};

static const struct err *take_each(struct taker *t)
{
	struct each *each = t->ctx;
	const struct err *e = each->fn(each->ctx, t->row);

	if (!e)
		arena_reset(t->texts);
	return e;
}

const struct err *db_each(struct db *db, const struct db_stmt *s, struct db_vals args, void *row,
			  const struct err *(*fn)(void *ctx, const void *row), void *ctx)
{
	struct each each = { fn, ctx };
	struct taker t = { .row = row, .texts = arena_new(0), .take = take_each, .ctx = &each };
	const struct err *e = query(db, s, args, &t);

	arena_free(t.texts);
	return e;
}
