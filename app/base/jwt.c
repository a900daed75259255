#include "app/base/jwt.h"

#include "app/base/base64.h"
#include "app/base/json.h"
#include "app/base/time.h"

#include <json-c/json.h>
#include <math.h>

/* Seconds since 1970 beyond which a time is as good as endless: the year 9999. */
#define SECONDS_MAX 253402300799.0

static struct json_object *read_object(struct arena *a, struct text part)
{
	struct text json, why;
	struct json_object *o;

	if (!part.n || !base64url_decode(a, part, &json))
		return NULL;
	o = json_parse(a, json, JWT_MAX_DEPTH, &why);
	return json_object_is_type(o, json_type_object) ? o : NULL;
}

bool jwt_read(struct arena *a, struct text in, struct jwt *ret)
{
	struct text rest = in, header, payload, signature;
	struct json_object *head;
	struct jwt j = { .compact = in };

	if (!in.n || in.n > JWT_MAX_BYTES || !text_cut(&rest, '.', &header) ||
	    !text_cut(&rest, '.', &payload) || !rest.n)
		return false;
	j.signed_part = text_sub(in, 0, header.n + 1 + payload.n);
	if (!base64url_decode(a, rest, &signature))
		return false;
	head = read_object(a, header);
	j.claims = head ? read_object(a, payload) : NULL;
	if (!j.claims || json_object_object_get_ex(head, "crit", NULL))
		return false;
	j.alg = json_text(json_member(head, "alg"));
	j.kid = json_text(json_member(head, "kid"));
	j.iss = json_text(json_member(j.claims, "iss"));
	if (!j.alg.p || !j.iss.p)
		return false;
	*ret = j;
	return true;
}

/* Whole or broken seconds; false where there is no number. */
static bool seconds(const struct jwt *j, const char *claim, double *ret)
{
	struct json_object *o = json_member(j->claims, claim);

	if (!json_object_is_type(o, json_type_int) && !json_object_is_type(o, json_type_double))
		return false;
	*ret = json_object_get_double(o);
	return isfinite(*ret) != 0;
}

static bool audience_ok(const struct jwt *j, const struct jwt_demand *d)
{
	struct json_object *aud = json_member(j->claims, "aud");

	if (d->audience_in_list && json_object_is_type(aud, json_type_array) &&
	    json_object_array_length(aud) == 1)
		aud = json_object_array_get_idx(aud, 0);
	return d->audience.n && text_eq(json_text(aud), d->audience);
}

bool jwt_check(const struct jwt *j, const struct jwt_demand *d, int64_t *ret_exp_us)
{
	double now = (double)d->now_us / US_PER_S, exp, iat, nbf;
	bool has_nbf = json_member(j->claims, "nbf") != NULL;

	if (!text_eq(j->iss, d->issuer) || !audience_ok(j, d))
		return false;
	if (!seconds(j, "exp", &exp) || exp + JWT_LEEWAY_S <= now)
		return false;
	if (!seconds(j, "iat", &iat) || iat - JWT_LEEWAY_S > now)
		return false;
	if (has_nbf && (!seconds(j, "nbf", &nbf) || nbf - JWT_LEEWAY_S > now))
		return false;
	*ret_exp_us = (int64_t)(exp < SECONDS_MAX ? exp : SECONDS_MAX) * US_PER_S;
	return true;
}
