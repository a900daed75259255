#include "app/outside/jws.h"

#include "app/base/arena.h"
#include "app/base/base64.h"
#include "app/base/json.h"
#include "app/outside/library.h"

#include <cjose/cjose.h>
#include <json-c/json.h>

enum { SET_MAX_DEPTH = 16, RSA_MIN_BITS = 2048, RSA_MAX_BITS = 8192 };

static struct json_object *keys_of(struct arena *a, struct text key_set)
{
	struct text why;
	struct json_object *o;

	if (key_set.n > JWS_SET_MAX_BYTES)
		return NULL;
	o = json_member(json_parse(a, key_set, SET_MAX_DEPTH, &why), "keys");
	return json_object_is_type(o, json_type_array) ? o : NULL;
}

bool jws_set_ok(struct arena *a, struct text key_set)
{
	return keys_of(a, key_set) != NULL;
}

struct json_object *jws_key(struct arena *a, struct text key_set, struct text kid)
{
	struct json_object *keys = keys_of(a, key_set);
	size_t n = keys ? json_object_array_length(keys) : 0;

	for (size_t i = 0; i < n && i < JWS_KEYS_MAX; i++) {
		struct json_object *key = json_object_array_get_idx(keys, i);

		if (kid.p && text_eq(json_text(json_member(key, "kid")), kid))
			return key;
	}
	return NULL;
}

/* The one algorithm that goes with the key; absent for keys that are not taken. */
static struct text algorithm_of(struct arena *a, struct json_object *key)
{
	struct text type = json_text(json_member(key, "kty"));
	struct text modulus;

	if (text_eq(type, TEXT("EC")) && text_eq(json_text(json_member(key, "crv")), TEXT("P-256")))
		return TEXT("ES256");
	if (!text_eq(type, TEXT("RSA")) ||
	    !base64url_decode(a, json_text(json_member(key, "n")), &modulus))
		return TEXT_NONE;
	while (modulus.n && !modulus.p[0])
		modulus = text_sub(modulus, 1, modulus.n);
	return modulus.n >= RSA_MIN_BITS / 8 && modulus.n <= RSA_MAX_BITS / 8 ? TEXT("RS256")
									      : TEXT_NONE;
}

/* A member that may be absent, and is this if it is there. */
static bool agrees(struct json_object *key, const char *name, struct text want)
{
	struct json_object *o = json_member(key, name);

	return !o || text_eq(json_text(o), want);
}

static struct {
	cjose_jwk_t *(*jwk_import)(const char *json, size_t n, cjose_err *err);
	bool (*jwk_release)(cjose_jwk_t *jwk);
	cjose_jws_t *(*jws_import)(const char *compact, size_t n, cjose_err *err);
	void (*jws_release)(cjose_jws_t *jws);
	bool (*jws_verify)(cjose_jws_t *jws, const cjose_jwk_t *jwk, cjose_err *err);
} cjose;

static const struct err *load(struct arena *a)
{
	static bool ready;
	const struct err *e;
	void *library;

	if (ready)
		return NULL;
	e = library_load(a, "libcjose.so.0", &library);
	if (e)
		return e;
	ready = library_find(library, "cjose_jwk_import", &cjose.jwk_import) &&
		library_find(library, "cjose_jwk_release", &cjose.jwk_release) &&
		library_find(library, "cjose_jws_import", &cjose.jws_import) &&
		library_find(library, "cjose_jws_release", &cjose.jws_release) &&
		library_find(library, "cjose_jws_verify", &cjose.jws_verify);
	return ready ? NULL : err_new(a, ERR_INTERNAL, "libcjose.so.0 is another library");
}

static void release_jwk(void *p)
{
	(void)cjose.jwk_release(p);
}

static void release_jws(void *p)
{
	cjose.jws_release(p);
}

static bool verify(struct arena *a, struct text compact, struct text key)
{
	cjose_err err = { .code = CJOSE_ERR_NONE };
	cjose_jwk_t *jwk = cjose.jwk_import(key.p, key.n, &err);
	cjose_jws_t *jws;

	if (!jwk)
		return false;
	arena_defer(a, release_jwk, jwk);
	jws = cjose.jws_import(compact.p, compact.n, &err);
	if (!jws)
		return false;
	arena_defer(a, release_jws, jws);
	return cjose.jws_verify(jws, jwk, &err);
}

const struct err *jws_verify(struct arena *a, const struct jwt *j, struct json_object *key,
			     bool *ret)
{
	struct text alg = algorithm_of(a, key);
	const struct err *e;

	*ret = false;
	if (!alg.p || !text_eq(j->alg, alg) || !agrees(key, "alg", alg) ||
	    !agrees(key, "use", TEXT("sig")))
		return NULL;
	e = load(a);
	if (e)
		return e;
	*ret = verify(a, j->compact,
		      text_from(json_object_to_json_string_ext(key, JSON_C_TO_STRING_PLAIN)));
	return NULL;
}
