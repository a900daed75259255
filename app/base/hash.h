/* SHA-256, random bytes and comparing secrets, by OpenSSL. */
#pragma once

#include "app/base/text.h"

struct sha256 {
	unsigned char b[32];
};

struct sha256_ctx; /* owned (free with sha256_free) */

struct sha256 sha256_of(struct text t);
struct sha256_ctx *sha256_new(void);
void sha256_add(struct sha256_ctx *c, struct text t);
struct sha256 sha256_end(struct sha256_ctx *c); /* also frees c */
void sha256_free(struct sha256_ctx *c);         /* NULL is fine */
bool sha256_eq(const struct sha256 *a, const struct sha256 *b);
bool sha256_parse(struct text hex, struct sha256 *ret); /* 64 hex digits, either case */

/* From the generator of the operating system (RAND_bytes); a failure is a BUG. */
void random_bytes(void *p, size_t n);
/* n characters of [A-Za-z0-9], evenly. p is not NUL-terminated. */
void random_alnum(char *p, size_t n);

/* In a time that tells nothing but the lengths (CRYPTO_memcmp). Absent equals nothing. */
bool secret_eq(struct text a, struct text b);
/* Overwrites, and the compiler leaves it there (OPENSSL_cleanse). */
void secret_wipe(void *p, size_t n);
