#include "app/base/buf.h"

#include "app/base/arena.h"
#include "app/base/err.h"
#include "app/base/fmt.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_BYTES = 256, SINK_BYTES = 64 * 1024 };

struct buf buf_init(struct arena *a, size_t cap_bytes)
{
	return (struct buf){ .arena = a, .cap = cap_bytes };
}

struct buf buf_init_sink(struct arena *a, bool (*sink)(void *ctx, struct text part), void *ctx)
{
	return (struct buf){ .arena = a, .cap = SIZE_MAX / 2, .sink = sink, .sink_ctx = ctx };
}

bool buf_flush(struct buf *b)
{
	if (b->sink && b->n && !b->overflow && !b->sink(b->sink_ctx, buf_text(b)))
		b->overflow = true;
	if (b->sink)
		b->n = 0;
	return !b->overflow;
}

/* Where there is none yet, or a sink that may have to be given its part first. */
static char *room_made(struct buf *b, size_t n)
{
	size_t want, room;
	char *p;

	if (b->sink && b->n >= SINK_BYTES)
		(void)buf_flush(b);
	if (b->overflow || n > b->cap - b->n) {
		b->overflow = true;
		return NULL;
	}
	want = b->n + n;
	if (want > b->room || !b->p) { /* NULL + 0 is undefined */
		room = b->room ? b->room : FIRST_BYTES < b->cap ? FIRST_BYTES : b->cap;
		while (room < want)
			room = room > b->cap / 2 ? b->cap : room * 2;
		if (!arena_has_room(b->arena, room)) {
			b->overflow = true;
			return NULL;
		}
		b->p = arena_grow(b->arena, b->p, b->room, room);
		b->room = room;
	}
	p = b->p + b->n;
	b->n = want;
	return p;
}

char *buf_room(struct buf *b, size_t n)
{
	char *p;

	if (n >= b->room - b->n || b->sink || b->overflow)
		return room_made(b, n);
	p = b->p + b->n;
	b->n += n;
	return p;
}

void buf_add(struct buf *b, struct text t)
{
	char *p = buf_room(b, t.n);

	if (p && t.n)
		memcpy(p, t.p, t.n);
}

void buf_byte(struct buf *b, char c)
{
	char *p = buf_room(b, 1);

	if (p)
		*p = c;
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	size_t room = b->room < b->cap ? b->room : b->cap, n;
	va_list ap;
	char *p;

	room = b->p && !b->overflow ? room - b->n : 0;
	va_start(ap, fmt);
	n = fmt_v(room ? b->p + b->n : NULL, room, fmt, ap);
	if (n < room) { /* most are short */
		b->n += n;
	} else {
		p = buf_room(b, n + 1); /* a NUL is written too */
		if (p) {
			(void)fmt_v(p, n + 1, fmt, ap);
			b->n--;
		}
	}
	va_end(ap);
}

void buf_u64(struct buf *b, uint64_t v)
{
	char s[20];
	size_t at = sizeof(s);

	do {
		s[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	buf_add(b, (struct text){ s + at, sizeof(s) - at });
}

void buf_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_byte(b, '-');
	buf_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void buf_hex(struct buf *b, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *from = p;
	char *to = buf_room(b, 2 * n);

	for (size_t i = 0; i < n && to; i++) {
		*to++ = digits[from[i] >> 4];
		*to++ = digits[from[i] & 15];
	}
}

void buf_url(struct buf *b, struct text t)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];

		if (char_is_alnum(t.p[i]) || c == '-' || c == '.' || c == '_' || c == '~') {
			buf_byte(b, t.p[i]);
		} else {
			buf_byte(b, '%');
			buf_byte(b, digits[c >> 4]);
			buf_byte(b, digits[c & 15]);
		}
	}
}

struct text html_reference(char c)
{
	switch (c) {
	case '&':
		return TEXT("&amp;");
	case '<':
		return TEXT("&lt;");
	case '>':
		return TEXT("&gt;");
	case '"':
		return TEXT("&quot;");
	case '\'':
		return TEXT("&#39;");
	default:
		return TEXT_NONE;
	}
}

void buf_html(struct buf *b, struct text t)
{
	size_t from = 0;

	for (size_t i = 0; i < t.n; i++) {
		struct text as = html_reference(t.p[i]);

		if (!as.p)
			continue;
		buf_add(b, text_sub(t, from, i));
		buf_add(b, as);
		from = i + 1;
	}
	buf_add(b, text_sub(t, from, t.n));
}

bool buf_ok(const struct buf *b)
{
	return !b->overflow;
}

struct text buf_text(const struct buf *b)
{
	return (struct text){ b->p ? b->p : "", b->n };
}

const struct err *buf_done(struct buf *b, struct text *ret)
{
	if (!buf_ok(b))
		return err_new(b->arena, ERR_INTERNAL,
			       "buffer over its cap of %zu bytes, or no room", b->cap);
	*ret = buf_text(b);
	return NULL;
}
