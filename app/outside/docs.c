#include "app/outside/docs.h"

#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/json.h"
#include "app/outside/http.h"

enum { URL_BYTES = 4096, STATUS_BYTES = 64 * 1024 };

struct status_json {
	struct json_bool doc_status;
};

/* docs.rs src/web/status.rs */
static const struct json_shape status_shape = {
	.name = "Status",
	.size = sizeof(struct status_json),
	.fields = { JSON_FIELD_WITH(struct status_json, doc_status, .required = true) },
};

bool docs_on(const struct config *cfg)
{
	return cfg->docs.url.n != 0;
}

static struct text url_of(struct arena *a, struct text site, struct text name, const char *exact,
			  struct text version, const char *rest)
{
	struct buf b = buf_init(a, URL_BYTES);

	buf_add(&b, site);
	buf_add(&b, TEXT("/crate/"));
	buf_url(&b, name);
	buf_byte(&b, '/');
	buf_add(&b, text_from(exact));
	buf_url(&b, version);
	buf_add(&b, text_from(rest));
	return buf_text(&b); /* names and numbers are short, and so is what follows */
}

struct text docs_url(struct arena *a, const struct config *cfg, struct text name,
		     struct text version, const char *rest)
{
	return url_of(a, cfg->docs.url, name, "", version, rest);
}

enum docs_build docs_look(struct http *http, struct arena *a, struct text site, struct text name,
			  struct text version, const struct err **ret_why)
{
	/* Without "=" it may answer of a later version that fits. */
	struct http_request q = {
		.method = "GET",
		.url = url_of(a, site, name, "=", version, "/status.json"),
		.max_bytes = STATUS_BYTES,
		.connect_ms = DOCS_TIMEOUT_MS,
		.total_ms = DOCS_TIMEOUT_MS,
		.same_host_hops = 1, /* to its own spelling of the name */
	};
	struct status_json s = { 0 };
	struct http_answer got;
	struct json_error why;

	*ret_why = http_send(http, a, &q, &got);
	if (*ret_why)
		return DOCS_AWAY;
	if (got.status == 404)
		return DOCS_UNKNOWN;
	if (got.status != 200) {
		*ret_why =
			err_new(a, ERR_BUSY, "the documentation builder answered %u", got.status);
		return DOCS_AWAY;
	}
	if (!json_read(a, got.body, &status_shape, &s, &why)) {
		*ret_why = err_new(a, ERR_BUSY, "the documentation builder's status: %.*s",
				   TEXT_F(json_error_text(a, &why)));
		return DOCS_AWAY;
	}
	return s.doc_status.v ? DOCS_BUILT : DOCS_FAILED;
}
