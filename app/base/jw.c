#include "app/base/jw.h"

#include "app/base/time.h"

struct jw jw_init(struct buf *b)
{
	return (struct jw){ .b = b };
}

static void quoted(struct buf *b, struct text t)
{
	size_t from = 0;

	buf_byte(b, '"');
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, text_sub(t, from, i));
		from = i + 1;
		switch (c) {
		case '"':
		case '\\':
			buf_byte(b, '\\');
			buf_byte(b, (char)c);
			break;
		case '\b':
			buf_add(b, TEXT("\\b"));
			break;
		case '\f':
			buf_add(b, TEXT("\\f"));
			break;
		case '\n':
			buf_add(b, TEXT("\\n"));
			break;
		case '\r':
			buf_add(b, TEXT("\\r"));
			break;
		case '\t':
			buf_add(b, TEXT("\\t"));
			break;
		default:
			buf_fmt(b, "\\u%04x", c);
		}
	}
	buf_add(b, text_sub(t, from, t.n));
	buf_byte(b, '"');
}

/* Comma and key before a value; key.p == NULL in an array and at the root. */
static void before(struct jw *j, struct text key)
{
	if (!j->depth) {
		BUG_ON(key.p || j->some[0]);
		j->some[0] = true;
		return;
	}
	BUG_ON((j->open[j->depth - 1] == '{') != (key.p != NULL));
	if (j->some[j->depth - 1])
		buf_byte(j->b, ',');
	j->some[j->depth - 1] = true;
	if (key.p) {
		quoted(j->b, key);
		buf_byte(j->b, ':');
	}
}

static void open_level(struct jw *j, struct text key, char c)
{
	before(j, key);
	BUG_ON(j->depth >= JW_DEPTH_MAX);
	j->open[j->depth] = c;
	j->some[j->depth] = false;
	j->depth++;
	buf_byte(j->b, c);
}

void jw_object(struct jw *j, const char *key)
{
	open_level(j, text_from(key), '{');
}

void jw_array(struct jw *j, const char *key)
{
	open_level(j, text_from(key), '[');
}

void jw_object_key(struct jw *j, struct text key)
{
	open_level(j, key, '{');
}

void jw_array_key(struct jw *j, struct text key)
{
	open_level(j, key, '[');
}

void jw_end(struct jw *j)
{
	BUG_ON(!j->depth);
	j->depth--;
	buf_byte(j->b, j->open[j->depth] == '{' ? '}' : ']');
	if (!j->depth)
		j->some[0] = true;
}

void jw_text(struct jw *j, const char *key, struct text v)
{
	jw_text_key(j, text_from(key), v);
}

void jw_text_key(struct jw *j, struct text key, struct text v)
{
	BUG_ON(!v.p);
	before(j, key);
	quoted(j->b, v);
}

void jw_text_or_null(struct jw *j, const char *key, struct text v)
{
	if (v.p)
		jw_text(j, key, v);
	else
		jw_null(j, key);
}

void jw_raw(struct jw *j, const char *key, struct text json)
{
	BUG_ON(!json.p);
	before(j, text_from(key));
	buf_add(j->b, json);
}

void jw_null(struct jw *j, const char *key)
{
	jw_raw(j, key, TEXT("null"));
}

void jw_bool(struct jw *j, const char *key, bool v)
{
	jw_raw(j, key, v ? TEXT("true") : TEXT("false"));
}

void jw_u64(struct jw *j, const char *key, uint64_t v)
{
	before(j, text_from(key));
	buf_u64(j->b, v);
}

void jw_i64(struct jw *j, const char *key, int64_t v)
{
	before(j, text_from(key));
	buf_i64(j->b, v);
}

void jw_time(struct jw *j, const char *key, int64_t us)
{
	struct time_text t = time_rfc3339(us);

	jw_text(j, key, text_from(t.s));
}

void jw_hex(struct jw *j, const char *key, const void *p, size_t n)
{
	before(j, text_from(key));
	buf_byte(j->b, '"');
	buf_hex(j->b, p, n);
	buf_byte(j->b, '"');
}

bool jw_done(const struct jw *j)
{
	return !j->depth;
}
