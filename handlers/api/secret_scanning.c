/*
 * handlers/api/secret_scanning.c - POST /api/github/secret-scanning/verify (contract/api.md 30, contract/jobs.md 17)
 *
 * GitHub found what looks like our tokens in public. Whoever signs with its key may have any of them revoked, so nothing of
 * the body is looked at before the signature is good. The details quote Rust's own printing of errors, as upstream does.
 */
#include "app/base/arena.h"
#include "app/base/base64.h"
#include "app/base/config.h"
#include "app/base/crypt.h"
#include "app/base/json.h"
#include "app/outside/github.h"
#include "app/server/auth.h"
#include "db/exposed.h"
#include "handlers/api/common.h"

/* ---- the signature */

static struct text debug_quoted(struct arena *a, struct text t)
{
	struct buf b = buf_init(a, 16 * 1024);

	buf_byte(&b, '"');
	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] == '"' || t.p[i] == '\\')
			buf_byte(&b, '\\');
		if (t.p[i] == '\n')
			buf_add(&b, TEXT("\\n"));
		else
			buf_byte(&b, t.p[i]);
	}
	buf_byte(&b, '"');
	return buf_text(&b);
}

static const struct err *unverified(struct req *r, struct text inner)
{
	return err_new(r->arena, ERR_INVALID,
		       "failed to verify request signature: CustomApiError { status: 400, detail: "
		       "%.*s }",
		       TEXT_F(debug_quoted(r->arena, text_lossy(r->arena, inner))));
}

static const struct err *read_header(struct req *r, const char *name, struct text *ret)
{
	*ret = req_header(r, name);
	if (ret->p)
		return NULL;
	return unverified(r, text_fmt(r->arena, "missing HTTP header: %s", name));
}

static bool is_visible(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if ((t.p[i] < ' ' && t.p[i] != '\t') || t.p[i] == 0x7f)
			return false;
	return true;
}

static const struct err *read_signature(struct req *r, struct text *ret)
{
	struct text given;
	const struct err *e = read_header(r, "GITHUB-PUBLIC-KEY-SIGNATURE", &given);
	size_t at;

	if (e)
		return e;
	if (!base64_decode(r->arena, given, ret, &at))
		return unverified(
			r,
			at < given.n && given.p[at] != '='
				? text_fmt(r->arena,
					   "failed to decode signature as base64: Invalid symbol "
					   "%u, offset %zu.",
					   (unsigned)(unsigned char)given.p[at], at)
				: TEXT("failed to decode signature as base64: Invalid padding"));
	if (!p256_is_der(*ret))
		return unverified(r, TEXT("failed to parse signature from ASN.1 DER: "
					  "signature::Error { source: None }"));
	return NULL;
}

static const struct err *find_key(struct req *r, struct text id, struct github_key *ret)
{
	bool found;
	const struct err *e = github_public_key(r->app->github, r->arena, id, ret, &found);

	if (e)
		return unverified(r, text_fmt(r->arena, "failed to fetch GitHub public keys: %.*s",
					      TEXT_F(e->detail)));
	if (!found)
		return unverified(r, text_fmt(r->arena, "unknown key id %.*s", TEXT_F(id)));
	if (!ret->is_current)
		return unverified(
			r, text_fmt(r->arena, "key id %.*s is not a current key", TEXT_F(id)));
	return NULL;
}

static const struct err *verify(struct req *r, struct text body)
{
	struct github_key key;
	struct text id, signature;
	const struct err *e = read_header(r, "GITHUB-PUBLIC-KEY-IDENTIFIER", &id);

	if (!e && !is_visible(id))
		e = unverified(r, TEXT("failed to decode HTTP header: ToStrError { _priv: () }"));
	if (!e)
		e = read_signature(r, &signature);
	if (!e)
		e = find_key(r, id, &key);
	if (e)
		return e;
	switch (p256_verify(key.pem, signature, body)) {
	case P256_GOOD:
		return NULL;
	case P256_NO_KEY:
		return unverified(r, TEXT("cannot parse public key"));
	case P256_NO_DER:
	case P256_NOT_HERS:
		break;
	}
	return unverified(r, TEXT("invalid signature: signature::Error { source: None }"));
}

/* ---- what was found */

struct alert {
	struct text token, type, url, source;
};

static const struct json_shape alert_shape = {
	.name = "GitHubSecretAlert",
	.size = sizeof(struct alert),
	.fields = {
		JSON_FIELD_WITH(struct alert, token, .required = true),
		JSON_FIELD_WITH(struct alert, type, .required = true),
		JSON_FIELD_WITH(struct alert, url, .required = true),
		JSON_FIELD_WITH(struct alert, source, .required = true),
	},
};

/* `Error("missing field `url`", line: 1, column: 20)` of "missing field `url` at line 1 column 20" */
static const struct err *not_alerts(struct req *r, struct text why)
{
	const struct text line = TEXT(" at line "), column = TEXT(" column ");
	size_t at = why.n, to;
	struct text place;

	while (at > 0 && !text_starts(text_sub(why, at, why.n), line))
		at--;
	place = text_sub(why, at + line.n, why.n);
	to = text_find(place, column);
	return err_new(r->arena, ERR_INVALID,
		       "invalid secret alert request: Error(%.*s, line: %.*s, column: %.*s)",
		       TEXT_F(debug_quoted(r->arena, text_sub(why, 0, at))),
		       TEXT_F(text_sub(place, 0, to)),
		       TEXT_F(text_sub(place, to + column.n, place.n)));
}

static const struct err *revoke(struct req *r, const struct alert *a, bool *ret_known)
{
	const struct mail_exposure x = { .reporter = TEXT("GitHub"),
					 .source = a->source,
					 .url = a->url };
	struct sha256 hash;

	if (auth_trustpub_parse(a->token, &hash))
		return db_exposed_trustpub(r->db, &hash, &x, ret_known);
	hash = sha256_of(a->token);
	return db_exposed_token(r->db, &hash, &x, ret_known);
}

/* Each on its own: what was revoked stays so, whatever happens to the next. */
static const struct err *revoke_all(struct req *r, const struct json_list *alerts, struct jw *j)
{
	const struct alert *a = alerts->v;
	const struct err *e;
	bool known;

	jw_array(j, NULL);
	for (size_t i = 0; i < alerts->n; i++) {
		e = revoke(r, &a[i], &known);
		if (e)
			return e;
		jw_object(j, NULL);
		jw_text(j, "token_raw", a[i].token);
		jw_text(j, "token_type", a[i].type);
		jw_text(j, "label", known ? TEXT("true_positive") : TEXT("false_positive"));
		jw_end(j);
	}
	jw_end(j);
	return NULL;
}

static struct reply secret_scanning(struct req *r)
{
	struct json_list alerts = { 0 };
	struct json_error why;
	struct text body;
	const struct err *e = req_body(r, r->cfg->limits.body_bytes, &body);
	struct buf b = reply_buf(r);
	struct jw j = jw_init(&b);

	if (!e)
		e = verify(r, body);
	if (!e && !json_read_list(r->arena, body, &alert_shape, &alerts, &why))
		e = not_alerts(r, why.why);
	if (!e)
		e = revoke_all(r, &alerts, &j);
	return e ? reply_err(r, e) : reply_jw(r, 200, &j);
}

const struct route secret_scanning_routes[] = {
	ROUTE(POST, "/api/github/secret-scanning/verify", secret_scanning, .open = true,
	      .auth = AUTH_NONE, .body = BODY_STREAM, .doc = "Tokens that GitHub found in public"),
	ROUTE_END,
};
