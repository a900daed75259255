#include "app/base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

/* struct sha256_ctx is OpenSSL's EVP_MD_CTX under a name of ours. */
static EVP_MD_CTX *md(struct sha256_ctx *c)
{
	return (EVP_MD_CTX *)(void *)c;
}

/* Fetched once: with EVP_sha256() every hash looks for its implementation again, which costs more than a short text. */
static const EVP_MD *sha256_md(void)
{
	static EVP_MD *fetched;

	if (!fetched)
		fetched = EVP_MD_fetch(NULL, "SHA256", NULL);
	BUG_ON(!fetched);
	return fetched;
}

struct sha256_ctx *sha256_new(void)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	BUG_ON(!c || EVP_DigestInit_ex(c, sha256_md(), NULL) != 1);
	return (struct sha256_ctx *)(void *)c;
}

void sha256_add(struct sha256_ctx *c, struct text t)
{
	BUG_ON(EVP_DigestUpdate(md(c), t.p, t.n) != 1);
}

struct sha256 sha256_end(struct sha256_ctx *c)
{
	struct sha256 s;

	BUG_ON(EVP_DigestFinal_ex(md(c), s.b, NULL) != 1);
	sha256_free(c);
	return s;
}

void sha256_free(struct sha256_ctx *c)
{
	EVP_MD_CTX_free(md(c));
}

struct sha256 sha256_of(struct text t)
{
	struct sha256_ctx *c = sha256_new();

	sha256_add(c, t);
	return sha256_end(c);
}

bool sha256_eq(const struct sha256 *a, const struct sha256 *b)
{
	return CRYPTO_memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool sha256_parse(struct text hex, struct sha256 *ret)
{
	struct sha256 s;

	if (hex.n != 2 * sizeof(s.b))
		return false;
	for (size_t i = 0; i < sizeof(s.b); i++) {
		int hi = char_hex(hex.p[2 * i]), lo = char_hex(hex.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		s.b[i] = (unsigned char)(hi * 16 + lo);
	}
	*ret = s;
	return true;
}

void random_bytes(void *p, size_t n)
{
	unsigned char *to = p;

	while (n) {
		int part = n > 4096 ? 4096 : (int)n;

		BUG_ON(RAND_bytes(to, part) != 1);
		to += part;
		n -= (size_t)part;
	}
}

void random_alnum(char *p, size_t n)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	unsigned char some[64];
	size_t left = 0, i = 0;

	while (i < n) {
		unsigned char c;

		if (!left) {
			random_bytes(some, sizeof(some));
			left = sizeof(some);
		}
		c = some[--left];
		if (c < 62 * 4) /* the rest would favour the first characters */
			p[i++] = set[c % 62];
	}
	secret_wipe(some, sizeof(some));
}

bool secret_eq(struct text a, struct text b)
{
	return a.p && b.p && a.n == b.n && CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}

void secret_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}
