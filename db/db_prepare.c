#include "db/db_parts.h"

#include "app/base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "app/base/banned.h"

static size_t chain_of(const struct db_stmt *s)
{
	uintptr_t x = (uintptr_t)s;

	return (size_t)((x >> 4) ^ (x >> 12)) % CHAINS;
}

void db_forget(struct db *db, const struct db_stmt *s)
{
	struct prepared **at = &db->chains[chain_of(s)];

	for (; *at; at = &(*at)->next) {
		struct prepared *p = *at;

		if (p->s != s)
			continue;
		*at = p->next;
		(void)mysql_stmt_close(p->st);
		free(p->in);
		free(p->out);
		free(p->slots);
		free(p);
		return;
	}
}

/* Where a column's value is put by a fetch. */
static void bind_column(MYSQL_BIND *b, struct slot *s, enum db_type type)
{
	b->length = &s->length;
	b->is_null = &s->null;
	b->error = &s->error;
	b->buffer = &s->v;
	switch (db_base_type(type)) {
	case DB_U64:
	case DB_BOOL:
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->is_unsigned = 1;
		break;
	case DB_I64:
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		break;
	case DB_F64:
		b->buffer_type = MYSQL_TYPE_DOUBLE;
		break;
	case DB_SHA256:
		b->buffer_type = MYSQL_TYPE_BLOB;
		b->buffer_length = sizeof(s->v.sha);
		break;
	default:
		b->buffer_type = MYSQL_TYPE_STRING;
		b->buffer_length = sizeof(s->v.text);
	}
}

static void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	BUG_ON(!p);
	return p;
}

static struct prepared *prepared_new(const struct db_stmt *s, MYSQL_STMT *st)
{
	struct prepared *p = zeroed(1, sizeof(*p));

	p->s = s;
	p->st = st;
	p->nin = db_stmt_params(s);
	p->nout = db_count_out(s);
	p->in = zeroed(p->nin, sizeof(*p->in));
	p->out = zeroed(p->nout, sizeof(*p->out));
	p->slots = zeroed(p->nout, sizeof(*p->slots));
	for (size_t i = 0; i < p->nout; i++) {
		size_t end = s->out[i].offset + db_type_size(s->out[i].type);

		bind_column(&p->out[i], &p->slots[i], s->out[i].type);
		if (end > p->row_size)
			p->row_size = end;
	}
	return p;
}

const struct err *db_prepare(struct db *db, const struct db_stmt *s, struct prepared **ret)
{
	size_t chain = chain_of(s);
	struct prepared *p;
	MYSQL_STMT *st;

	for (p = db->chains[chain]; p; p = p->next) {
		if (p->s == s) {
			*ret = p;
			return NULL;
		}
	}
	st = mysql_stmt_init(db->my);
	BUG_ON(!st);
	if (mysql_stmt_prepare(st, s->sql, strlen(s->sql))) {
		struct text words = text_fmt(db->arena, "%s", mysql_stmt_error(st));
		unsigned no = mysql_stmt_errno(st);

		(void)mysql_stmt_close(st);
		return db_fail(db, s->name, no, words.p);
	}
	if (mysql_stmt_param_count(st) != db_stmt_params(s) ||
	    (db_count_out(s) && mysql_stmt_field_count(st) != db_count_out(s))) {
		struct text cause = text_fmt(
			db->arena, "%s: declared %zu in, %zu out; the server says %lu and %u",
			s->name, db_stmt_params(s), db_count_out(s), mysql_stmt_param_count(st),
			mysql_stmt_field_count(st));

		(void)mysql_stmt_close(st);
		db->last = FAIL_OTHER;
		return err_because(db->arena, ERR_INTERNAL, cause, "database: %.*s", TEXT_F(cause));
	}
	p = prepared_new(s, st);
	p->next = db->chains[chain];
	db->chains[chain] = p;
	*ret = p;
	return NULL;
}

/* The library's buffers are not const, but a parameter is only read. */
static void *only_read(const void *p)
{
	return (void *)(uintptr_t)p;
}

static void bind_value(MYSQL_BIND *b, const struct db_val *v)
{
	memset(b, 0, sizeof(*b));
	if (v->null) {
		b->buffer_type = MYSQL_TYPE_NULL;
		return;
	}
	switch (v->type) {
	case DB_U64:
	case DB_I64:
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->is_unsigned = v->type == DB_U64;
		b->buffer = only_read(&v->v.u64);
		break;
	case DB_BOOL:
		b->buffer_type = MYSQL_TYPE_TINY;
		b->buffer = only_read(&v->v.b);
		break;
	case DB_F64:
		b->buffer_type = MYSQL_TYPE_DOUBLE;
		b->buffer = only_read(&v->v.f64);
		break;
	case DB_SHA256:
		b->buffer_type = MYSQL_TYPE_BLOB;
		b->buffer = only_read(v->v.sha->b);
		b->buffer_length = sizeof(v->v.sha->b);
		break;
	default:
		b->buffer_type = MYSQL_TYPE_STRING;
		b->buffer = only_read(v->v.text.p);
		b->buffer_length = v->v.text.n;
	}
}

static const struct err *execute(struct db *db, struct prepared *p, struct db_vals args)
{
	BUG_ON(args.n != p->nin);
	for (size_t i = 0; i < args.n; i++) {
		BUG_ON(args.v[i].type != db_base_type(db_stmt_param(p->s, i)));
		bind_value(&p->in[i], &args.v[i]);
	}
	if ((p->nin && mysql_stmt_bind_param(p->st, p->in)) || mysql_stmt_execute(p->st))
		return db_fail_stmt(db, p);
	if (p->nout && mysql_stmt_bind_result(p->st, p->out))
		return db_fail_stmt(db, p);
	return NULL;
}

/* Connects, prepares, executes. A statement that the server has forgotten is prepared once more. */
const struct err *db_start(struct db *db, const struct db_stmt *s, struct db_vals args,
			   struct prepared **ret)
{
	const struct err *e = db_connect(db);

	for (int tries = 0; !e; tries++) {
		e = db_prepare(db, s, ret);
		if (e)
			return e;
		e = execute(db, *ret, args);
		if (!e)
			return NULL;
		if (db->last != FAIL_STALE || tries)
			return e;
		db_forget(db, s);
		e = NULL;
	}
	return e;
}
