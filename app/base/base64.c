#include "app/base/base64.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/hash.h"

#include <string.h>

#define LETTERS_AND_FIGURES "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char plain_digits[] = LETTERS_AND_FIGURES "+/",
		  url_digits[] = LETTERS_AND_FIGURES "-_";

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
			buf_byte(&b, url_digits[(v >> (18 - 6 * k)) & 63]);
	}
	return buf_text(&b);
}

/* The bytes of digits alone, into room for t.n of them: how many, or SIZE_MAX and the offset of what does not belong. */
static size_t decode(struct text t, const char *digits, unsigned char *ret, size_t *ret_at)
{
	size_t n = 0;
	uint32_t v = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < t.n; i++) {
		size_t d = text_find_byte((struct text){ digits, 64 }, t.p[i]);

		*ret_at = i;
		if (d > 63)
			return SIZE_MAX;
		v = (v << 6 | (uint32_t)d) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			ret[n++] = (unsigned char)(v >> bits & 0xff);
		}
	}
	*ret_at = t.n;
	return t.n % 4 == 1 || (v & ((1U << bits) - 1)) ? SIZE_MAX : n;
}

/* Without what padding there may be. */
static struct text unpadded(struct text t)
{
	size_t end = t.n;

	while (end && t.n - end < 2 && t.p[end - 1] == '=')
		end--;
	return text_sub(t, 0, end);
}

bool base64url_decode(struct arena *a, struct text t, struct text *ret)
{
	unsigned char *out = arena_alloc(a, t.n);
	size_t at, n = decode(t, url_digits, out, &at);

	*ret = (struct text){ (const char *)out, n };
	return n != SIZE_MAX;
}

bool base64_decode(struct arena *a, struct text t, struct text *ret, size_t *ret_at)
{
	struct text bare = unpadded(t);
	unsigned char *out = arena_alloc(a, t.n);
	size_t n = decode(bare, plain_digits, out, ret_at);

	if (*ret_at == bare.n)
		*ret_at = t.n;
	*ret = (struct text){ (const char *)out, n };
	return n != SIZE_MAX && t.n % 4 == 0;
}

bool base64_bytes(struct text t, unsigned char *ret, size_t n)
{
	unsigned char out[128];
	size_t at;
	bool good;

	t = unpadded(t);
	if (t.n > sizeof(out))
		return false;
	good = decode(t, plain_digits, out, &at) == n || decode(t, url_digits, out, &at) == n;
	if (good)
		memcpy(ret, out, n);
	secret_wipe(out, sizeof(out));
	return good;
}
