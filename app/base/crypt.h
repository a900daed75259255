/* Secrets at rest, and signatures of others, by OpenSSL. */
#pragma once

#include "app/base/text.h"

struct arena;
struct secret;

enum { SEAL_KEY_BYTES = 32, SEAL_EXTRA_BYTES = 12 + 16 };

/*
 * AES-256-GCM under a key of 32 bytes (config_key): a random nonce of 12 bytes, the text encrypted, a tag of 16
 * (contract/api.md 25). arena
 */
struct text seal(struct arena *a, const unsigned char *key, struct text plain);

/* The text back; it is wiped when the arena is reset. False for what was sealed under another key, changed, or too short. */
bool must_use seal_open(struct arena *a, const unsigned char *key, struct text sealed,
			struct secret *ret);

enum p256_verdict {
	P256_GOOD,
	P256_NO_KEY,   /* the PEM is none of a public key on P-256 */
	P256_NO_DER,   /* the signature is no ASN.1 DER of two numbers */
	P256_NOT_HERS, /* it is, and of another key or message */
};

/* Whether it is ASN.1 DER of two numbers. */
bool p256_is_der(struct text signature);

/* ECDSA on P-256 with SHA-256: the signature in DER over the message, under the public key in PEM. */
enum p256_verdict p256_verify(struct text pem, struct text signature, struct text message);
