#include "db/db_parts.h"

#include "app/base/arena.h"

#include "app/base/banned.h"

static enum db_type field_type(const MYSQL_FIELD *f)
{
	enum { BINARY_CHARSET = 63 };

	switch (f->type) {
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_SHORT:
	case MYSQL_TYPE_INT24:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_LONGLONG:
		return f->flags & UNSIGNED_FLAG ? DB_U64 : DB_I64;
	case MYSQL_TYPE_DOUBLE:
	case MYSQL_TYPE_FLOAT:
		return DB_F64;
	case MYSQL_TYPE_STRING:
		return f->charsetnr == BINARY_CHARSET && f->length == 32 ? DB_SHA256 : DB_TEXT;
	case MYSQL_TYPE_VARCHAR:
	case MYSQL_TYPE_VAR_STRING:
	case MYSQL_TYPE_TINY_BLOB:
	case MYSQL_TYPE_MEDIUM_BLOB:
	case MYSQL_TYPE_LONG_BLOB:
	case MYSQL_TYPE_BLOB:
	case MYSQL_TYPE_DATE:
		return DB_TEXT;
	default:
		return DB_END;
	}
}

const struct err *db_describe(struct db *db, const struct db_stmt *s, struct db_column **ret,
			      size_t *ret_n)
{
	const struct err *e = db_connect(db);
	struct prepared *p;
	MYSQL_RES *res;
	unsigned n;

	if (!e)
		e = db_prepare(db, s, &p);
	if (e)
		return e;
	n = mysql_stmt_field_count(p->st);
	*ret = arena_array(db->arena, n, sizeof(**ret));
	*ret_n = n;
	res = mysql_stmt_result_metadata(p->st);
	for (unsigned i = 0; res && i < n; i++) {
		const MYSQL_FIELD *f = mysql_fetch_field_direct(res, i);

		(*ret)[i].name = text_z(db->arena, text_from(f->name));
		(*ret)[i].type = field_type(f);
		(*ret)[i].nullable = !(f->flags & NOT_NULL_FLAG);
	}
	if (res)
		mysql_free_result(res);
	return NULL;
}
