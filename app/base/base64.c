#include "app/base/base64.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct text base64url_encode(struct arena *a, struct text t)
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

bool base64url_decode(struct arena *a, struct text t, struct text *ret)
{
	char *out;
	size_t n = 0;
	uint32_t v = 0;
	unsigned bits = 0;

	if (t.n % 4 == 1)
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
	if (v & ((1U << bits) - 1))
		return false;
	*ret = (struct text){ out, n };
	return true;
}
