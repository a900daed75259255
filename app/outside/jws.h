/*
 * Signatures of JSON Web Tokens (RFC 7515, RFC 7518) by a key of a JSON Web Key Set (RFC 7517): RS256 with an RSA key, ES256 with
 * one of P-256, and nothing else. The type of the key fixes the algorithm; what the token claims must agree with it.
 */
#pragma once

#include "app/base/err.h"
#include "app/base/jwt.h"

/* How large a key set may be, and how many keys of it are looked at. */
enum { JWS_SET_MAX_BYTES = 256 * 1024, JWS_KEYS_MAX = 100 };

/* Whether it is a key set at all: {"keys": [...]}. */
bool jws_set_ok(struct arena *a, struct text key_set);

/* The first key with this id, whatever it is good for; NULL where there is none. Given back with the arena. */
struct json_object *jws_key(struct arena *a, struct text key_set, struct text kid);

/*
 * Whether the key signed the token: it is an RSA key of 2,048 to 8,192 bits or one of P-256, and meant for signatures.
 * ERR_INTERNAL where the machine has no libcjose, which is loaded at the first call of a process: most never need it.
 */
const struct err *must_use jws_verify(struct arena *a, const struct jwt *j, struct json_object *key,
				      bool *ret);
