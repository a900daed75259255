#include "app/server/sign.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/hash.h"

#include <string.h>

enum { SIGNED_MAX_BYTES = 16 * 1024, MAC_BYTES = 16 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* RFC 4648 5, without padding. */
static void put_base64(struct buf *b, struct text t)
{
	for (size_t i = 0; i < t.n; i += 3) {
		uint32_t v = (uint32_t)(unsigned char)t.p[i] << 16;

		if (i + 1 < t.n)
			v |= (uint32_t)(unsigned char)t.p[i + 1] << 8;
		if (i + 2 < t.n)
			v |= (unsigned char)t.p[i + 2];
		buf_byte(b, alphabet[v >> 18]);
		buf_byte(b, alphabet[v >> 12 & 63]);
		if (i + 1 < t.n)
			buf_byte(b, alphabet[v >> 6 & 63]);
		if (i + 2 < t.n)
			buf_byte(b, alphabet[v & 63]);
	}
}

/* Absent where a character is none of the alphabet; bits beyond the last byte are not looked at. */
static struct text from_base64(struct arena *a, struct text t)
{
	char *p = arena_alloc(a, t.n + 1);
	uint32_t bits = 0;
	unsigned held = 0;
	size_t n = 0;

	for (size_t i = 0; i < t.n; i++) {
		const char *at = memchr(alphabet, t.p[i], sizeof(alphabet) - 1);

		if (!at)
			return TEXT_NONE;
		bits = (bits << 6 | (uint32_t)(at - alphabet)) & 0xffffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			p[n++] = (char)(bits >> held & 0xff);
		}
	}
	return (struct text){ p, n };
}

/* HMAC (RFC 2104) with SHA-256, of purpose and value. */
static struct text mac(struct req *r, const char *purpose, struct text value)
{
	unsigned char key[64] = { 0 };
	struct buf inner = buf_init(r->arena, SIGNED_MAX_BYTES * 2);
	struct buf outer = buf_init(r->arena, 256), out = buf_init(r->arena, 256);
	struct sha256 sha;

	if (!config_key(r->cfg, key)) {
		sha = sha256_of(r->cfg->db.password.value);
		memcpy(key, sha.b, sizeof(sha.b));
	}
	for (size_t i = 0; i < sizeof(key); i++) {
		buf_byte(&inner, (char)(key[i] ^ 0x36));
		buf_byte(&outer, (char)(key[i] ^ 0x5c));
	}
	buf_add(&inner, text_from(purpose));
	buf_byte(&inner, '\0');
	buf_add(&inner, value);
	BUG_ON(!buf_ok(&inner));
	sha = sha256_of(buf_text(&inner));
	buf_add(&outer, (struct text){ (const char *)sha.b, sizeof(sha.b) });
	sha = sha256_of(buf_text(&outer));
	put_base64(&out, (struct text){ (const char *)sha.b, MAC_BYTES });
	secret_wipe(key, sizeof(key));
	secret_wipe(inner.p, inner.n);
	secret_wipe(outer.p, outer.n);
	return buf_text(&out);
}

struct text sign_value(struct req *r, const char *purpose, struct text value)
{
	struct buf b = buf_init(r->arena, SIGNED_MAX_BYTES);

	BUG_ON(value.n > SIGNED_MAX_BYTES / 2);
	put_base64(&b, value);
	buf_byte(&b, '.');
	buf_add(&b, mac(r, purpose, value));
	return buf_text(&b);
}

struct text sign_check(struct req *r, const char *purpose, struct text signed_value)
{
	struct text rest = signed_value, part, value;

	if (signed_value.n > SIGNED_MAX_BYTES || !text_cut(&rest, '.', &part) || !rest.p)
		return TEXT_NONE;
	value = from_base64(r->arena, part);
	if (!value.p || !secret_eq(mac(r, purpose, value), rest))
		return TEXT_NONE;
	return value;
}
