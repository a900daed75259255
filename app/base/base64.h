/* Base64, in both alphabets of RFC 4648. Decoding refuses bits at the end that belong to no byte: each value has one spelling. */
#pragma once

#include "app/base/text.h"

struct arena;

/* base64url (RFC 4648 5), without padding, as JSON Web Tokens and the `seek` of a page have it. arena */
struct text base64url_encode(struct arena *a, struct text t);

/* arena. False for padding and other characters too. */
bool must_use base64url_decode(struct arena *a, struct text t, struct text *ret);

/*
 * Base64 of RFC 4648 4, padding needed, nothing else in it. False otherwise, and *ret_at is the offset of the first byte that
 * does not belong (the length of the text where it ends too early). arena
 */
bool must_use base64_decode(struct arena *a, struct text t, struct text *ret, size_t *ret_at);

/*
 * Exactly n bytes (at most 96) from either alphabet, with or without its padding, into memory of the caller: a key, which no arena
 * should hold. False for anything else, and nothing is written.
 */
bool must_use base64_bytes(struct text t, unsigned char *ret, size_t n);
