/*
 * JSON Web Tokens in the compact form (RFC 7519, RFC 7515 7.1) as strangers send them: taken apart and read, with nothing
 * verified. Whoever wants to trust the claims asks app/outside/jws.h first, and jwt_check after that.
 */
#pragma once

#include "app/base/text.h"

enum { JWT_MAX_BYTES = 16 * 1024, JWT_MAX_DEPTH = 16, JWT_LEEWAY_S = 60 };

struct arena;
struct json_object;

struct jwt {
	struct text compact; /* the whole of it; borrowed from the input */
	struct text
		signed_part; /* header and payload, as they are signed: one spelling for each signature; borrowed */
	struct text alg, iss;
	struct text kid;            /* absent: none */
	struct json_object *claims; /* an object; goes with the arena */
};

/*
 * arena. False for what is not three non-empty parts of base64url in at most JWT_MAX_BYTES, whose first two are JSON
 * objects at most JWT_MAX_DEPTH deep, or has no `alg` or `iss` that is a string, or demands by `crit` what nobody here
 * understands (RFC 7515 4.1.11).
 */
bool must_use jwt_read(struct arena *a, struct text in, struct jwt *ret);

struct jwt_demand {
	struct text issuer, audience;
	bool audience_in_list; /* `aud` may also be a list of this one audience alone */
	int64_t now_us;
};

/*
 * Whether it is meant for us and for this moment, with a leeway of JWT_LEEWAY_S (contract/api.md 27.1 row 6): `iss` and `aud`; `exp`,
 * which must be there, not past; `nbf` if it is there, and `iat`, which must be, not in the future. *ret_exp_us: when
 * it ends, the leeway not counted.
 */
bool must_use jwt_check(const struct jwt *j, const struct jwt_demand *d, int64_t *ret_exp_us);
