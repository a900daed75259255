#include "db/db_parts.h"

#include "app/base/banned.h"

struct db_val db_u64(uint64_t v)
{
	return (struct db_val){ .type = DB_U64, .v.u64 = v };
}

struct db_val db_i64(int64_t v)
{
	return (struct db_val){ .type = DB_I64, .v.i64 = v };
}

struct db_val db_bool(bool v)
{
	return (struct db_val){ .type = DB_BOOL, .v.b = v };
}

struct db_val db_f64(double v)
{
	return (struct db_val){ .type = DB_F64, .v.f64 = v };
}

struct db_val db_text(struct text t)
{
	return (struct db_val){ .type = DB_TEXT, .null = !t.p, .v.text = t };
}

struct db_val db_sha(const struct sha256 *s)
{
	return (struct db_val){ .type = DB_SHA256, .null = !s, .v.sha = s };
}

struct db_val db_opt_u64(struct opt_u64 v)
{
	return (struct db_val){ .type = DB_U64, .null = !v.set, .v.u64 = v.v };
}

struct db_val db_opt_i64(struct opt_i64 v)
{
	return (struct db_val){ .type = DB_I64, .null = !v.set, .v.i64 = v.v };
}

/* The type without "may be NULL". */
enum db_type db_base_type(enum db_type t)
{
	switch (t) {
	case DB_OPT_U64:
		return DB_U64;
	case DB_OPT_I64:
		return DB_I64;
	case DB_OPT_SHA256:
		return DB_SHA256;
	default:
		return t;
	}
}

size_t db_type_size(enum db_type t)
{
	static const size_t size[] = {
		[DB_U64] = sizeof(uint64_t),
		[DB_I64] = sizeof(int64_t),
		[DB_BOOL] = sizeof(bool),
		[DB_TEXT] = sizeof(struct text),
		[DB_SHA256] = sizeof(struct sha256),
		[DB_F64] = sizeof(double),
		[DB_OPT_U64] = sizeof(struct opt_u64),
		[DB_OPT_I64] = sizeof(struct opt_i64),
		[DB_OPT_SHA256] = sizeof(struct opt_sha256),
	};

	BUG_ON(t == DB_END || (size_t)t >= ARRAY_SIZE(size));
	return size[t];
}

size_t db_count_in(const struct db_stmt *s)
{
	size_t n = 0;

	while (n < DB_IN_MAX && s->in[n] != DB_END)
		n++;
	return n;
}

size_t db_count_out(const struct db_stmt *s)
{
	size_t n = 0;

	while (n < DB_OUT_MAX && s->out[n].type != DB_END)
		n++;
	return n;
}

enum db_type db_stmt_param(const struct db_stmt *s, size_t i)
{
	size_t once = (size_t)s->in_once;

	return i < once ? s->in[i] : s->in[once + (i - once) % (db_count_in(s) - once)];
}

size_t db_stmt_params(const struct db_stmt *s)
{
	size_t once = (size_t)s->in_once, group = db_count_in(s) - once;

	return once + group * (s->in_repeat > 1 ? (size_t)s->in_repeat : 1);
}
