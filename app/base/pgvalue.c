#include "app/base/pgvalue.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/time.h"

#include <string.h>

bool pg_bool(struct text t, bool *ret)
{
	if (t.n != 1 || (t.p[0] != 't' && t.p[0] != 'f'))
		return false;
	*ret = t.p[0] == 't';
	return true;
}

/* RFC 3339 but for the space, and the minutes of the offset, which may be left out. */
bool pg_time(struct text t, int64_t *ret_us)
{
	char s[48];
	size_t n = t.n;

	if (n < sizeof("2017-01-01 00:00:00+00") - 1 || n > sizeof(s) - 4 || t.p[10] != ' ')
		return false;
	memcpy(s, t.p, n);
	s[10] = 'T';
	if (s[n - 3] == '+' || s[n - 3] == '-') {
		memcpy(s + n, ":00", 3);
		n += 3;
	}
	return time_parse_rfc3339((struct text){ s, n }, ret_us);
}

bool pg_date(struct text t)
{
	char s[sizeof("2017-01-01T00:00:00Z")];
	int64_t us;

	if (t.n != 10)
		return false;
	memcpy(s, t.p, 10);
	memcpy(s + 10, "T00:00:00Z", 10);
	return time_parse_rfc3339((struct text){ s, 20 }, &us);
}

bool pg_sha256(struct text t, struct sha256 *ret)
{
	if (t.n != 2 + 2 * sizeof(ret->b) || !text_starts(t, TEXT("\\x")))
		return false;
	for (size_t i = 0; i < sizeof(ret->b); i++) {
		int high = char_hex(t.p[2 + 2 * i]), low = char_hex(t.p[3 + 2 * i]);

		if (high < 0 || low < 0)
			return false;
		ret->b[i] = (unsigned char)(16 * high + low);
	}
	return true;
}

/* The element at *at, up to the comma or brace behind it, is written to p. */
static bool element(struct text t, size_t *at, char *p, struct text *ret)
{
	bool quoted = *at < t.n && t.p[*at] == '"';
	size_t n = 0, i = *at + quoted;

	for (; i < t.n; i++) {
		char c = t.p[i];

		if (quoted ? c == '"' : c == ',' || c == '}')
			break;
		if (!quoted && (c == '"' || c == '{'))
			return false;
		if (c == '\\' && ++i == t.n)
			return false;
		p[n++] = t.p[i];
	}
	if (i == t.n || (!quoted && !n))
		return false;
	*at = i + quoted;
	*ret = (struct text){ p, n };
	if (!quoted && text_eq_nocase(*ret, TEXT("NULL")))
		*ret = TEXT_NONE;
	return true;
}

bool pg_array(struct arena *a, struct text t, struct texts *ret)
{
	struct texts r = { NULL, 0 };
	size_t at = 1, room = 1, used = 0;
	char *p;

	if (t.n < 2 || t.p[0] != '{' || t.p[t.n - 1] != '}')
		return false;
	if (t.n == 2) {
		*ret = r;
		return true;
	}
	for (size_t i = 0; i < t.n; i++)
		room += t.p[i] == ',';
	r.v = arena_array(a, room, sizeof(*r.v));
	p = arena_alloc(a, t.n);
	for (;;) {
		if (r.n == room || !element(t, &at, p + used, &r.v[r.n]) || at == t.n)
			return false;
		used += r.v[r.n++].n;
		if (t.p[at] == '}')
			break;
		if (t.p[at++] != ',')
			return false;
	}
	if (at + 1 != t.n)
		return false;
	*ret = r;
	return true;
}

void pg_put_bool(struct buf *b, bool v)
{
	buf_byte(b, v ? 't' : 'f');
}

/* RFC 3339 in other clothes: "2017-01-06T14:23:11.500Z" is "2017-01-06 14:23:11.5+00". */
void pg_put_time(struct buf *b, int64_t us)
{
	struct time_text t = time_rfc3339(us);
	struct text s = text_from(t.s);
	bool fraction = text_find_byte(s, '.') < s.n;

	s = text_sub(s, 0, s.n - 1);
	while (fraction && s.p[s.n - 1] == '0')
		s.n--;
	buf_add(b, text_sub(s, 0, 10));
	buf_byte(b, ' ');
	buf_add(b, text_sub(s, 11, s.n));
	buf_add(b, TEXT("+00"));
}

void pg_put_bytes(struct buf *b, const void *p, size_t n)
{
	buf_add(b, TEXT("\\x"));
	buf_hex(b, p, n);
}

static bool needs_quotes(struct text t)
{
	static const char special[] = "\"\\{}, \t\n\r\v\f";

	if (!t.n || text_eq_nocase(t, TEXT("NULL")))
		return true;
	for (size_t i = 0; i < t.n; i++)
		if (memchr(special, t.p[i], sizeof(special) - 1))
			return true;
	return false;
}

static void put_element(struct buf *b, struct text t)
{
	if (!t.p) {
		buf_add(b, TEXT("NULL"));
		return;
	}
	if (!needs_quotes(t)) {
		buf_add(b, t);
		return;
	}
	buf_byte(b, '"');
	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] == '"' || t.p[i] == '\\')
			buf_byte(b, '\\');
		buf_byte(b, t.p[i]);
	}
	buf_byte(b, '"');
}

void pg_put_array(struct buf *b, struct texts list)
{
	buf_byte(b, '{');
	for (size_t i = 0; i < list.n; i++) {
		if (i)
			buf_byte(b, ',');
		put_element(b, list.v[i]);
	}
	buf_byte(b, '}');
}
