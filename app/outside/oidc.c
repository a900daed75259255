#include "app/outside/oidc.h"

#include "app/base/arena.h"
#include "app/base/json.h"
#include "app/base/time.h"
#include "app/base/url.h"
#include "app/outside/http.h"
#include "app/outside/jws.h"

enum { DOCUMENT_MAX_BYTES = 64 * 1024, DOCUMENT_MAX_DEPTH = 16 };

/* What a client may read of a 500 is a text of the contract, so it is none of the kind that hides its words. */
const struct err *oidc_no_key_set(struct arena *a, struct text cause)
{
	struct err *e = arena_alloc(a, sizeof(*e));

	*e = *err_because(a, ERR_BUSY, cause, "Failed to load OIDC key set");
	e->status = 500;
	return e;
}

/* One document within what is left of the time. */
static const struct err *load(struct http *h, struct arena *a, struct text url, size_t max_bytes,
			      int64_t until_us, struct text *ret)
{
	int64_t left_ms = (until_us - time_monotonic_us()) / US_PER_MS;
	struct http_request q = {
		.url = url,
		.max_bytes = max_bytes,
		.total_ms = left_ms > 1 ? (uint64_t)left_ms : 1,
		.same_host_hops = 2,
	};
	const struct err *e = http_get_json(h, a, &q, ret);

	return e ? oidc_no_key_set(a, e->cause.p ? e->cause : e->detail) : NULL;
}

static const struct err *keys_url(struct arena *a, const struct config_issuer *issuer,
				  struct text document, struct text *ret)
{
	struct text why, url;
	struct json_object *o = json_parse(a, document, DOCUMENT_MAX_DEPTH, &why);

	if (!text_eq(json_text(json_member(o, "issuer")), issuer->url))
		return oidc_no_key_set(a, text_fmt(a, "%.*s: its discovery document is another's",
						   TEXT_F(issuer->url)));
	url = json_text(json_member(o, "jwks_uri"));
	if (!url.p || !text_eq_nocase(url_origin(url), url_origin(issuer->url)))
		return oidc_no_key_set(a, text_fmt(a, "%.*s: jwks_uri on another host: %.*s",
						   TEXT_F(issuer->url), TEXT_F(url)));
	*ret = url;
	return NULL;
}

const struct err *oidc_key_set(struct http *h, struct arena *a, const struct config_issuer *issuer,
			       struct text *ret)
{
	int64_t until = time_monotonic_us() + (int64_t)OIDC_TIMEOUT_MS * US_PER_MS;
	struct text url = issuer->keys_url, body;
	const struct err *e = NULL;

	if (!url.p) {
		url = text_fmt(a, "%.*s/.well-known/openid-configuration", TEXT_F(issuer->url));
		e = load(h, a, url, DOCUMENT_MAX_BYTES, until, &body);
		if (!e)
			e = keys_url(a, issuer, body, &url);
	}
	if (!e)
		e = load(h, a, url, JWS_SET_MAX_BYTES, until, &body);
	if (!e && !jws_set_ok(a, body))
		e = oidc_no_key_set(a, text_fmt(a, "%.*s: no key set", TEXT_F(url)));
	if (!e)
		*ret = body;
	return e;
}
