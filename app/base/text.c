#include "app/base/text.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/fmt.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text text_from(const char *z)
{
	return z ? (struct text){ z, strlen(z) } : TEXT_NONE;
}

struct text text_dup(struct arena *a, struct text t)
{
	if (!t.p)
		return TEXT_NONE;
	return (struct text){ arena_copy(a, t.p, t.n), t.n };
}

char *text_z(struct arena *a, struct text t)
{
	return arena_copy(a, t.p, t.n);
}

struct text text_fmt(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	size_t n;

	va_start(ap, fmt);
	n = fmt_v(NULL, 0, fmt, ap);
	p = arena_alloc(a, n + 1);
	(void)fmt_v(p, n + 1, fmt, ap);
	va_end(ap);
	return (struct text){ p, n };
}

bool text_eq(struct text a, struct text b)
{
	if (!a.p || !b.p)
		return !a.p && !b.p;
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

bool text_eq_nocase(struct text a, struct text b)
{
	if (!a.p || !b.p)
		return !a.p && !b.p;
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (char_lower(a.p[i]) != char_lower(b.p[i]))
			return false;
	return true;
}

int text_cmp(struct text a, struct text b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

int text_cmp_qsort(const void *a, const void *b)
{
	return text_cmp(*(const struct text *)a, *(const struct text *)b);
}

bool text_starts(struct text t, struct text with)
{
	return t.n >= with.n && (!with.n || memcmp(t.p, with.p, with.n) == 0);
}

bool text_ends(struct text t, struct text with)
{
	return t.n >= with.n && (!with.n || memcmp(t.p + t.n - with.n, with.p, with.n) == 0);
}

size_t text_find(struct text t, struct text what)
{
	const char *at;

	if (!what.n)
		return 0;
	at = t.n ? memmem(t.p, t.n, what.p, what.n) : NULL;
	return at ? (size_t)(at - t.p) : t.n;
}

size_t text_find_byte(struct text t, char c)
{
	const char *at = t.n ? memchr(t.p, c, t.n) : NULL;

	return at ? (size_t)(at - t.p) : t.n;
}

bool text_has_byte(struct text t, char c)
{
	return text_find_byte(t, c) < t.n;
}

struct text text_sub(struct text t, size_t from, size_t to)
{
	if (!t.p)
		return TEXT_NONE;
	if (to > t.n)
		to = t.n;
	if (from > to)
		from = to;
	return (struct text){ t.p + from, to - from };
}

struct text text_trim(struct text t)
{
	size_t from = 0, to = t.n;

	while (from < to && char_is_space(t.p[from]))
		from++;
	while (to > from && char_is_space(t.p[to - 1]))
		to--;
	return text_sub(t, from, to);
}

struct text text_lower(struct arena *a, struct text t)
{
	char *p;

	if (!t.p)
		return TEXT_NONE;
	p = arena_copy(a, t.p, t.n);
	for (size_t i = 0; i < t.n; i++)
		p[i] = char_lower(p[i]);
	return (struct text){ p, t.n };
}

bool text_cut(struct text *rest, char sep, struct text *ret_part)
{
	size_t at;

	if (!rest->p)
		return false;
	at = text_find_byte(*rest, sep);
	*ret_part = text_sub(*rest, 0, at);
	*rest = at < rest->n ? text_sub(*rest, at + 1, rest->n) : TEXT_NONE;
	return true;
}

bool text_u64(struct text t, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (!t.n)
		return false;
	for (size_t i = 0; i < t.n; i++) {
		if (!char_is_digit(t.p[i]) || ckd_mul(&v, v, (uint64_t)10) ||
		    ckd_add(&v, v, (uint64_t)(t.p[i] - '0')))
			return false;
	}
	if (v < min || v > max)
		return false;
	*ret = v;
	return true;
}

bool text_i64(struct text t, int64_t min, int64_t max, int64_t *ret)
{
	bool negative = t.n && t.p[0] == '-';
	int64_t v;
	uint64_t u;

	if (!text_u64(negative ? text_sub(t, 1, t.n) : t, 0, (uint64_t)INT64_MAX + negative, &u))
		return false;
	if (!negative)
		v = (int64_t)u;
	else
		v = u > (uint64_t)INT64_MAX ? INT64_MIN : -(int64_t)u;
	if (v < min || v > max)
		return false;
	*ret = v;
	return true;
}

/* Length of the UTF-8 sequence at p with left bytes, 0 if it is none: the table of RFC 3629
 * section 4. */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	unsigned char lo = 0x80, hi = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		lo = 0xa0;
	else if (p[0] == 0xed)
		hi = 0x9f;
	else if (p[0] == 0xf0)
		lo = 0x90;
	else if (p[0] == 0xf4)
		hi = 0x8f;
	if (left < n || p[1] < lo || p[1] > hi)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool text_is_utf8(struct text t)
{
	for (size_t i = 0; i < t.n;) {
		size_t n = utf8_len((const unsigned char *)t.p + i, t.n - i);

		if (!n)
			return false;
		i += n;
	}
	return true;
}

bool text_next_char(struct text t, size_t *at, uint32_t *ret_char)
{
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const unsigned char *p;
	size_t n;
	uint32_t c;

	if (*at >= t.n)
		return false;
	p = (const unsigned char *)t.p + *at;
	n = utf8_len(p, t.n - *at);
	if (!n) {
		*at += 1;
		*ret_char = 0xfffd;
		return true;
	}
	c = p[0] & mask[n];
	for (size_t i = 1; i < n; i++)
		c = (c << 6) | (p[i] & 0x3fU);
	*at += n;
	*ret_char = c;
	return true;
}

size_t char_put_utf8(char to[4], uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | (c >> 6));
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | (c >> 12));
		to[1] = (char)(0x80 | ((c >> 6) & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | (c >> 18));
	to[1] = (char)(0x80 | ((c >> 12) & 0x3f));
	to[2] = (char)(0x80 | ((c >> 6) & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* How many bytes one U+FFFD stands for: the longest prefix of a valid sequence, at least 1
 * (Unicode 3.9, best practice). */
static size_t bad_len(const unsigned char *p, size_t left)
{
	unsigned char probe[4];
	size_t n = 1;

	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 1;
	memset(probe, 0x80, sizeof(probe));
	probe[0] = p[0];
	if (left > 1) {
		probe[1] = p[1];
		if (!utf8_len(probe, sizeof(probe)))
			return 1;
		n = 2;
	}
	while (n < left && n < 4 && (p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

struct text text_lossy(struct arena *a, struct text t)
{
	struct text out;
	struct buf b;

	if (text_is_utf8(t))
		return t;
	b = buf_init(a, t.n * 3 + 1);
	for (size_t i = 0; i < t.n;) {
		size_t n = utf8_len((const unsigned char *)t.p + i, t.n - i);

		if (n) {
			buf_add(&b, text_sub(t, i, i + n));
			i += n;
		} else {
			buf_add(&b, TEXT("\xef\xbf\xbd"));
			i += bad_len((const unsigned char *)t.p + i, t.n - i);
		}
	}
	BUG_ON(!buf_ok(&b));
	out = buf_text(&b);
	return out;
}

bool char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool char_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool char_is_alnum(char c)
{
	return char_is_digit(c) || char_is_alpha(c);
}

bool char_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

char char_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

int char_hex(char c)
{
	if (char_is_digit(c))
		return c - '0';
	c = char_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
