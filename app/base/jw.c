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

static bool is_clean(struct text t)
{
	return find_to_escape(t, 0) == t.n;
}

static char *put(char *p, struct text t)
{
	if (t.n)
		memcpy(p, t.p, t.n);
	return p + t.n;
}

/* A string, and the byte before and behind it where that is not 0. */
static void quoted(struct buf *b, char before, struct text t, char behind)
{
	char *p;

	p = is_clean(t) ? buf_room(b, t.n + 2 + (before != 0) + (behind != 0)) : NULL;
	if (p) { /* nearly all: in one go */
		if (before)
			*p++ = before;
		*p++ = '"';
		p = put(p, t);
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

/* Before a value: whether a comma belongs there. */
static bool next_member(struct jw *j, bool has_key)
{
	bool comma;

	if (!j->depth) {
		BUG_ON(has_key || j->some[0]);
		j->some[0] = true;
		return false;
	}
	BUG_ON((j->open[j->depth - 1] == '{') != has_key);
	comma = j->some[j->depth - 1];
	j->some[j->depth - 1] = true;
	return comma;
}

/* Comma and key before a value; key.p == NULL in an array and at the root. */
static void before_any(struct jw *j, struct text key)
{
	bool comma = next_member(j, key.p != NULL);

	if (key.p)
		quoted(j->b, comma ? ',' : 0, key, ':');
	else if (comma)
		buf_byte(j->b, ',');
}

/* The same for a key that is a constant of ours, which nothing in has to be escaped; with room for n bytes more, which the caller writes. NULL: none. */
static char *before_room(struct jw *j, const char *key, size_t n)
{
	bool comma = next_member(j, key != NULL);
	struct text k = text_from(key);
	char *p = buf_room(j->b, comma + (key ? k.n + 3 : 0) + n);

	if (!p)
		return NULL;
	if (comma)
		*p++ = ',';
	if (key) {
		*p++ = '"';
		p = put(p, k);
		*p++ = '"';
		*p++ = ':';
	}
	return p;
}

static void before(struct jw *j, const char *key)
{
	(void)before_room(j, key, 0);
}

static void open_level(struct jw *j, char c)
{
	BUG_ON(j->depth >= JW_DEPTH_MAX);
	j->open[j->depth] = c;
	j->some[j->depth] = false;
	j->depth++;
	buf_byte(j->b, c);
}

void jw_object(struct jw *j, const char *key)
{
	before(j, key);
	open_level(j, '{');
}

void jw_array(struct jw *j, const char *key)
{
	before(j, key);
	open_level(j, '[');
}

void jw_object_key(struct jw *j, struct text key)
{
	before_any(j, key);
	open_level(j, '{');
}

void jw_array_key(struct jw *j, struct text key)
{
	before_any(j, key);
	open_level(j, '[');
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
	BUG_ON(!v.p);
	jw_parts(j, key, &v, 1);
}

void jw_text_key(struct jw *j, struct text key, struct text v)
{
	BUG_ON(!v.p);
	before_any(j, key);
	quoted(j->b, 0, v, 0);
}

void jw_parts(struct jw *j, const char *key, const struct text *parts, size_t n)
{
	bool clean = true;
	size_t bytes = 2;
	char *p;

	for (size_t i = 0; i < n; i++) {
		clean = clean && is_clean(parts[i]);
		bytes += parts[i].n;
	}
	if (!clean) {
		before(j, key);
		buf_byte(j->b, '"');
		for (size_t i = 0; i < n; i++)
			escaped(j->b, parts[i]);
		buf_byte(j->b, '"');
		return;
	}
	p = before_room(j, key, bytes); /* nearly all: in one go */
	if (!p)
		return;
	*p++ = '"';
	for (size_t i = 0; i < n; i++)
		p = put(p, parts[i]);
	*p = '"';
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
	char *p;

	BUG_ON(!json.p);
	p = before_room(j, key, json.n);
	if (p)
		(void)put(p, json);
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
	before(j, key);
	buf_u64(j->b, v);
}

void jw_i64(struct jw *j, const char *key, int64_t v)
{
	before(j, key);
	buf_i64(j->b, v);
}

void jw_time(struct jw *j, const char *key, int64_t us)
{
	struct time_text t = time_rfc3339(us);

	jw_text(j, key, text_from(t.s));
}

void jw_hex(struct jw *j, const char *key, const void *p, size_t n)
{
	before(j, key);
	buf_byte(j->b, '"');
	buf_hex(j->b, p, n);
	buf_byte(j->b, '"');
}

bool jw_done(const struct jw *j)
{
	return !j->depth;
}
