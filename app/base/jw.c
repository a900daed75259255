#include "app/base/jw.h"

#include "app/base/time.h"

#include <string.h>

struct jw jw_init(struct buf *b)
{
	return (struct jw){ .b = b };
}

/* Whether one of eight bytes cannot stand as it is in a JSON string: '"', '\\', or below a blank. */
static bool any_to_escape(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101, tops = ones << 7;
	uint64_t quote = w ^ (ones * '"'), slash = w ^ (ones * '\\');

	/* A byte below x borrows from its top bit, which a byte from 0x80 on has itself. */
	return (((w - ones * ' ') & ~w) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) &
	       tops;
}

static bool to_escape(char c)
{
	return (unsigned char)c < ' ' || c == '"' || c == '\\';
}

/* The first byte from `from` on that has to be escaped; t.n: none. Most texts have none. */
static size_t find_to_escape(struct text t, size_t from)
{
	uint64_t w;

	for (; t.n - from >= sizeof(w); from += sizeof(w)) {
		memcpy(&w, t.p + from, sizeof(w));
		if (any_to_escape(w))
			break;
	}
	while (from < t.n && !to_escape(t.p[from]))
		from++;
	return from;
}

static void escape(struct buf *b, char c)
{
	switch (c) {
	case '"':
		buf_add(b, TEXT("\\\""));
		break;
	case '\\':
		buf_add(b, TEXT("\\\\"));
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
		buf_fmt(b, "\\u%04x", (unsigned)c);
	}
}

/* What stands between the quotes. */
static void escaped(struct buf *b, struct text t)
{
	size_t from = 0, to;

	while ((to = find_to_escape(t, from)) < t.n) {
		buf_add(b, text_sub(t, from, to));
		escape(b, t.p[to]);
		from = to + 1;
	}
	buf_add(b, text_sub(t, from, t.n));
}

/* A string, and the byte before and behind it where that is not 0. */
static void quoted(struct buf *b, char before, struct text t, char behind)
{
	bool clean = find_to_escape(t, 0) == t.n;
	char *p;

	p = clean ? buf_room(b, t.n + 2 + (before != 0) + (behind != 0)) : NULL;
	if (p) { /* nearly all: in one go */
		if (before)
			*p++ = before;
		*p++ = '"';
		if (t.n)
			memcpy(p, t.p, t.n);
		p += t.n;
		*p++ = '"';
		if (behind)
			*p = behind;
		return;
	}
	if (before)
		buf_byte(b, before);
	buf_byte(b, '"');
	escaped(b, t);
	buf_byte(b, '"');
	if (behind)
		buf_byte(b, behind);
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
	if (key.p)
		quoted(j->b, j->some[j->depth - 1] ? ',' : 0, key, ':');
	else if (j->some[j->depth - 1])
		buf_byte(j->b, ',');
	j->some[j->depth - 1] = true;
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
	quoted(j->b, 0, v, 0);
}

void jw_parts(struct jw *j, const char *key, const struct text *parts, size_t n)
{
	before(j, text_from(key));
	buf_byte(j->b, '"');
	for (size_t i = 0; i < n; i++)
		escaped(j->b, parts[i]);
	buf_byte(j->b, '"');
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
