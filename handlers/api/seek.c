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
		size_t d = text_find_byte(
			TEXT("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
			t.p[i]);

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

struct text seek_encode(struct arena *a, struct text t, int64_t number, uint64_t id)
{
	struct buf b = buf_init(a, SEEK_MAX_BYTES);
	struct jw j = jw_init(&b);

	jw_array(&j, NULL);
	if (t.p)
		jw_text(&j, NULL, t);
	else
		jw_i64(&j, NULL, number);
	jw_u64(&j, NULL, id);
	jw_end(&j);
	return base64url(a, buf_text(&b));
}

/* "[x,5]" -> "x" and 5. */
static bool split(struct arena *a, struct text seek, struct text *ret_first, uint64_t *ret_id)
{
	struct text json;
	size_t comma;

	if (!unbase64url(a, seek, &json) || json.n < 5 || json.p[0] != '[' ||
	    json.p[json.n - 1] != ']')
		return false;
	json = text_sub(json, 1, json.n - 1);
	for (comma = json.n; comma > 0 && json.p[comma - 1] != ','; comma--)
		;
	if (!comma)
		return false;
	*ret_first = text_sub(json, 0, comma - 1);
	return text_u64(text_sub(json, comma, json.n), 0, INT64_MAX, ret_id);
}

bool seek_decode_number(struct arena *a, struct text seek, int64_t *ret_number, uint64_t *ret_id)
{
	struct text first;

	return split(a, seek, &first, ret_id) && text_i64(first, INT64_MIN, INT64_MAX, ret_number);
}

bool seek_decode_text(struct arena *a, struct text seek, struct text *ret_text, uint64_t *ret_id)
{
	struct text t;

	if (!split(a, seek, &t, ret_id) || t.n < 2 || t.p[0] != '"' || t.p[t.n - 1] != '"')
		return false;
	t = text_sub(t, 1, t.n - 1);
	/* what is sought here (names, version numbers) never needs an escape */
	if (text_has_byte(t, '\\') || text_has_byte(t, '"') || !text_is_utf8(t))
		return false;
	*ret_text = t;
	return true;
}
