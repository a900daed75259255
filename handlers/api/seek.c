#include "handlers/api/seek.h"

#include "app/base/arena.h"
#include "app/base/jw.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

enum { SEEK_MAX_BYTES = 1024 };

static struct text base64url(struct arena *a, struct text t)
{
	struct buf b = buf_init(a, t.n * 2 + 4);

	for (size_t i = 0; i < t.n; i += 3) {
		size_t left = t.n - i;
		uint32_t v = (uint32_t)(unsigned char)t.p[i] << 16;

		if (left > 1)
			v |= (uint32_t)(unsigned char)t.p[i + 1] << 8;
		if (left > 2)
			v |= (unsigned char)t.p[i + 2];
		for (size_t k = 0; k <= (left < 3 ? left : 3); k++)
			buf_byte(&b, digits[(v >> (18 - 6 * k)) & 63]);
	}
	return buf_text(&b);
}

static bool unbase64url(struct arena *a, struct text t, struct text *ret)
{
	char *out;
	size_t n = 0;
	uint32_t v = 0;
	unsigned bits = 0;

	if (!t.n || t.n > SEEK_MAX_BYTES || t.n % 4 == 1)
		return false;
	out = arena_alloc(a, t.n);
	for (size_t i = 0; i < t.n; i++) {
		size_t d = text_find_byte((struct text){ digits, sizeof(digits) - 1 }, t.p[i]);

		if (d > 63)
			return false;
		v = (v << 6 | (uint32_t)d) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(v >> bits & 0xff);
		}
	}
	if (v & ((1U << bits) - 1)) /* bits that belong to no byte */
		return false;
	*ret = (struct text){ out, n };
	return true;
}

static void put_part(struct jw *j, char kind, const struct seek_part *p)
{
	if (kind == 't')
		jw_text(j, NULL, p->text);
	else if (kind == 'b')
		jw_bool(j, NULL, p->number != 0);
	else if (kind == 'N' && p->null)
		jw_null(j, NULL);
	else
		jw_i64(j, NULL, p->number);
}

struct text seek_encode(struct arena *a, const char *kinds, const struct seek_part *parts)
{
	struct buf b = buf_init(a, SEEK_MAX_BYTES);
	struct jw j = jw_init(&b);
	size_t n = text_from(kinds).n;

	BUG_ON(!n || n > SEEK_PARTS_MAX);
	if (n > 1)
		jw_array(&j, NULL);
	for (size_t i = 0; i < n; i++)
		put_part(&j, kinds[i], &parts[i]);
	if (n > 1)
		jw_end(&j);
	return base64url(a, buf_text(&b));
}

static bool get_text(struct text t, struct seek_part *ret)
{
	if (t.n < 2 || t.p[0] != '"' || t.p[t.n - 1] != '"')
		return false;
	ret->text = text_sub(t, 1, t.n - 1);
	return !text_has_byte(ret->text, '\\') && !text_has_byte(ret->text, '"') &&
	       text_is_utf8(ret->text);
}

static bool get_part(struct text t, char kind, struct seek_part *ret)
{
	*ret = (struct seek_part){ 0 };
	if (kind == 't')
		return get_text(t, ret);
	if (kind == 'b') {
		ret->number = text_eq(t, TEXT("true"));
		return ret->number || text_eq(t, TEXT("false"));
	}
	ret->null = kind == 'N' && text_eq(t, TEXT("null"));
	return ret->null || text_i64(t, INT64_MIN, INT64_MAX, &ret->number);
}

bool seek_decode(struct arena *a, struct text seek, const char *kinds, struct seek_part *ret)
{
	size_t n = text_from(kinds).n;
	struct text rest, part;

	if (!unbase64url(a, seek, &rest))
		return false;
	if (n > 1) {
		if (rest.n < 2 || rest.p[0] != '[' || rest.p[rest.n - 1] != ']')
			return false;
		rest = text_sub(rest, 1, rest.n - 1);
	}
	for (size_t i = 0; i < n; i++) /* no part holds a comma: a text with one is not ours */
		if (!text_cut(&rest, ',', &part) || !get_part(part, kinds[i], &ret[i]))
			return false;
	return !rest.p;
}
