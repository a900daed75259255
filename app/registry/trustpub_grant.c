#include "app/registry/trustpub_grant.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/json.h"
#include "app/base/jw.h"

#include <json-c/json.h>

enum { STORED_MAX_BYTES = 64 * 1024, STORED_MAX_DEPTH = 2 };

/* What tells nothing about who it is, or is judged before. */
static const char *const useless[] = { "iss", "aud", "exp", "nbf", "iat", "jti" };

static const char *why_not(struct text claim, struct text pattern)
{
	for (size_t i = 0; i < ARRAY_SIZE(useless); i++)
		if (text_eq(claim, text_from(useless[i])))
			return "iss, aud, exp, nbf, iat and jti tell nobody from others";
	if (!claim.n || !pattern.p)
		return "a claim is written NAME=VALUE, or NAME=BEGINNING*";
	if (!pattern.n || text_eq(pattern, TEXT("*")))
		return "a claim needs a value, or its beginning before the *";
	if (claim.n > GRANT_TEXT_MAX_BYTES || pattern.n > GRANT_TEXT_MAX_BYTES)
		return "a claim is too long";
	if (!text_is_utf8(claim) || !text_is_utf8(pattern))
		return "a claim is not UTF-8";
	return NULL;
}

struct text grant_make(struct arena *a, struct texts pairs, const char **ret_why)
{
	struct buf b = buf_init(a, STORED_MAX_BYTES);
	struct jw j = jw_init(&b);
	struct text names[GRANT_CLAIMS_MAX];

	*ret_why = NULL;
	if (!pairs.n || pairs.n > GRANT_CLAIMS_MAX) {
		*ret_why = pairs.n ? "too many claims" : "without a claim nothing is granted";
		return TEXT_NONE;
	}
	jw_object(&j, NULL);
	for (size_t i = 0; i < pairs.n; i++) {
		struct text pattern = pairs.v[i];

		(void)text_cut(&pattern, '=', &names[i]);
		*ret_why = why_not(names[i], pattern);
		for (size_t k = 0; k < i; k++)
			if (text_eq(names[i], names[k]))
				*ret_why = "a claim is named twice";
		if (*ret_why)
			return TEXT_NONE;
		jw_text_key(&j, names[i], pattern);
	}
	jw_end(&j);
	return buf_text(&b);
}

/* A value of a claim as it is written in a pattern; absent for lists and objects. */
static struct text value_of(struct json_object *o)
{
	if (json_object_is_type(o, json_type_int) || json_object_is_type(o, json_type_boolean))
		return text_from(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	return json_text(o);
}

static bool pattern_fits(struct text pattern, struct text value)
{
	if (!value.p || !pattern.n || text_eq(pattern, TEXT("*")))
		return false;
	if (pattern.p[pattern.n - 1] == '*')
		return text_starts(value, text_sub(pattern, 0, pattern.n - 1));
	return text_eq(pattern, value);
}

bool grant_fits(struct arena *a, struct text stored, struct json_object *claims)
{
	struct text why;
	struct json_object *want = json_parse(a, stored, STORED_MAX_DEPTH, &why);
	struct json_object_iterator it, end;
	size_t n = 0;

	if (!json_object_is_type(want, json_type_object))
		return false;
	end = json_object_iter_end(want);
	for (it = json_object_iter_begin(want); !json_object_iter_equal(&it, &end);
	     json_object_iter_next(&it), n++) {
		const char *claim = json_object_iter_peek_name(&it);
		struct text pattern = json_text(json_object_iter_peek_value(&it));

		if (!pattern_fits(pattern, value_of(json_member(claims, claim))))
			return false;
	}
	return n > 0;
}

struct text grant_data(struct arena *a, struct text issuer, struct text subject)
{
	struct buf b = buf_init(a, STORED_MAX_BYTES);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_text(&j, "provider", TEXT("oidc"));
	jw_text(&j, "issuer", issuer);
	jw_text(&j, "subject", subject);
	jw_end(&j);
	return buf_text(&b);
}
