#include "config.h"

#include "app/outside/http.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/hash.h"
#include "app/base/time.h"
#include "app/outside/curl.h"

enum { BODY_BYTES = 1024 * 1024, HEADER_BYTES = 32 * 1024, URL_BYTES = 16 * 1024 };

struct http {
	const struct config *cfg;
	const struct curl_api *api; /* NULL before the first call */
	CURL *curl;                 /* kept, with its connections */
	enum http_failure failure;
};

/* One exchange; redirects make several of a call. */
struct exchange {
	struct http *h;
	struct arena *arena;
	const struct http_request *q;
	int64_t until_us; /* of all exchanges together (monotonic) */
	char *url;
	struct buf headers, body;
	bool too_large;
	struct curl_slist *list;
};

struct http *http_new(const struct config *cfg)
{
	struct http *h = calloc(1, sizeof(*h));

	BUG_ON(!h);
	h->cfg = cfg;
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	if (h->curl)
		h->api->easy_cleanup(h->curl);
	free(h);
}

enum http_failure http_failure(const struct http *h)
{
	return h->failure;
}

/* ---- what is sent */

static const struct err *not_asked(struct exchange *x, struct text cause)
{
	x->h->failure = HTTP_NOT_ASKED;
	return err_because(x->arena, ERR_INTERNAL, cause, "A request to another machine is wrong");
}

static const struct err *ready(struct exchange *x)
{
	struct http *h = x->h;
	const struct err *e;

	if (h->curl)
		return NULL;
	e = curl_load(x->arena, &h->api);
	if (e)
		h->failure = HTTP_NOT_ASKED;
	if (e)
		return e;
	h->curl = h->api->easy_init();
	BUG_ON(!h->curl); /* out of memory */
	return NULL;
}

static bool has_break(struct text t)
{
	return text_has_byte(t, '\r') || text_has_byte(t, '\n') || text_has_byte(t, '\0');
}

static bool add_header(struct exchange *x, struct text name, struct text value)
{
	struct text line = text_fmt(x->arena, "%.*s: %.*s", TEXT_F(name), TEXT_F(value));
	struct curl_slist *more;

	if (!name.n || has_break(line) || text_has_byte(name, ':'))
		return false;
	if (!value.n) /* libcurl: "Name;" is a header without a value, "Name:" takes one away */
		line = text_fmt(x->arena, "%.*s;", TEXT_F(name));
	more = x->h->api->slist_append(x->list, line.p);
	BUG_ON(!more);
	x->list = more;
	return true;
}

static const struct err *make_headers(struct exchange *x)
{
	const struct http_request *q = x->q;
	struct curl_slist *more;

	for (size_t i = 0; i < q->nheaders; i++)
		if (!add_header(x, q->headers[i].name, q->headers[i].value))
			return not_asked(x, TEXT("a header with a line break"));
	if (q->bearer) {
		struct text value = text_fmt(x->arena, "Bearer %.*s", TEXT_F(q->bearer->value));
		bool ok = add_header(x, TEXT("Authorization"), value);

		if (!ok)
			return not_asked(x, TEXT("a bearer token with a line break"));
	}
	more = x->h->api->slist_append(x->list, "Expect:"); /* no 100-continue and its second */
	BUG_ON(!more);
	x->list = more;
	return NULL;
}

/* ---- what comes back */

static size_t take_header(char *p, size_t one, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	struct text line = { p, n };

	(void)one;
	if (text_starts(line, TEXT("HTTP/"))) /* another answer: what came before was a 1xx */
		x->headers.n = 0;
	else
		buf_add(&x->headers, line);
	if (buf_ok(&x->headers))
		return n;
	x->too_large = true;
	return 0;
}

static size_t take_body(char *p, size_t one, size_t n, void *ctx)
{
	struct exchange *x = ctx;

	(void)one;
	buf_add(&x->body, (struct text){ p, n });
	if (buf_ok(&x->body))
		return n;
	x->too_large = true;
	return 0;
}

/* ---- the exchange */

static void set_long(struct http *h, CURLoption option, uint64_t value)
{
	BUG_ON(value > LONG_MAX || h->api->easy_setopt(h->curl, option, (long)value));
}

static void set_text(struct http *h, CURLoption option, const char *value)
{
	BUG_ON(h->api->easy_setopt(h->curl, option, value));
}

static void set_all(struct exchange *x, uint64_t left_ms)
{
	struct http *h = x->h;
	const struct http_request *q = x->q;
	const struct config *cfg = h->cfg;

	h->api->easy_reset(h->curl);
	set_text(h, CURLOPT_URL, x->url);
	set_text(h, CURLOPT_PROTOCOLS_STR, "http,https");
	set_text(h, CURLOPT_PROXY, cfg->outside.proxy.n ? cfg->outside.proxy.p : "");
	set_text(h, CURLOPT_USERAGENT,
		 text_fmt(x->arena, "cratehouse/" PACKAGE_VERSION " (%.*s)", TEXT_F(cfg->site.url))
			 .p);
	set_long(h, CURLOPT_NOSIGNAL, 1);
	set_long(h, CURLOPT_PATH_AS_IS, 1); /* ".." in a name is no way up */
	set_long(h, CURLOPT_FOLLOWLOCATION, 0);
	set_long(h, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	set_long(h, CURLOPT_MAXCONNECTS, 2);
	set_long(h, CURLOPT_CONNECTTIMEOUT_MS,
		 q->connect_ms ? q->connect_ms : cfg->outside.connect_timeout_s * 1000);
	set_long(h, CURLOPT_TIMEOUT_MS, left_ms);
	curl_set_authorities(h->api, h->curl, cfg);

	set_text(h, CURLOPT_CUSTOMREQUEST, q->method);
	if (strcmp(q->method, "HEAD") == 0)
		set_long(h, CURLOPT_NOBODY, 1);
	if (q->body.p) {
		BUG_ON(h->api->easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE_LARGE,
					   (curl_off_t)q->body.n));
		set_text(h, CURLOPT_POSTFIELDS, q->body.p);
	}
	BUG_ON(h->api->easy_setopt(h->curl, CURLOPT_HTTPHEADER, x->list));
	if (q->user.p) {
		set_long(h, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		set_text(h, CURLOPT_USERNAME, text_z(x->arena, q->user));
		set_text(h, CURLOPT_PASSWORD,
			 q->password ? text_z(x->arena, q->password->value) : "");
	}

	BUG_ON(h->api->easy_setopt(h->curl, CURLOPT_HEADERFUNCTION, take_header));
	BUG_ON(h->api->easy_setopt(h->curl, CURLOPT_HEADERDATA, x));
	BUG_ON(h->api->easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, take_body));
	BUG_ON(h->api->easy_setopt(h->curl, CURLOPT_WRITEDATA, x));
}

static struct text bare_url(struct text url)
{
	struct text rest = url, bare = url;

	(void)text_cut(&rest, '?', &bare);
	return bare;
}

static const struct err *failed(struct exchange *x, enum http_failure failure, const char *why)
{
	bool later =
		failure == HTTP_NO_CONNECT || failure == HTTP_TIMED_OUT || failure == HTTP_CUT_OFF;
	struct text cause = text_fmt(x->arena, "%s %.*s: %s", x->q->method,
				     TEXT_F(bare_url(text_from(x->url))), why);

	x->h->failure = failure;
	return later ? err_because(x->arena, ERR_BUSY, cause, "Service unavailable")
		     : err_because(x->arena, ERR_INTERNAL, cause,
				   "Another machine's answer is refused");
}

static const struct err *judge(struct exchange *x, CURLcode code)
{
	const char *why = x->h->api->easy_strerror(code);

	switch (code) {
	case CURLE_OK:
		return NULL;
	case CURLE_URL_MALFORMAT:
	case CURLE_BAD_FUNCTION_ARGUMENT:
		return failed(x, HTTP_NOT_ASKED, why);
	case CURLE_OPERATION_TIMEDOUT:
		return failed(x, HTTP_TIMED_OUT, "timed out");
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_PEER_FAILED_VERIFICATION:
		return failed(x, HTTP_NO_CONNECT, why);
	default:
		return x->too_large ? failed(x, HTTP_TOO_LARGE, "the answer is too large")
				    : failed(x, HTTP_CUT_OFF, why);
	}
}

static const struct err *once(struct exchange *x, struct http_answer *ret)
{
	struct http *h = x->h;
	int64_t left_ms = (x->until_us - time_monotonic_us() + US_PER_MS - 1) / US_PER_MS;
	const struct err *e;
	long status = 0;

	if (left_ms < 1)
		return failed(x, HTTP_TIMED_OUT, "timed out");
	x->headers = buf_init(x->arena, HEADER_BYTES);
	x->body = buf_init(x->arena, x->q->max_bytes ? x->q->max_bytes : BODY_BYTES);
	x->list = NULL;
	x->too_large = false;
	e = make_headers(x);
	if (!e) {
		set_all(x, (uint64_t)left_ms);
		e = judge(x, h->api->easy_perform(h->curl));
		BUG_ON(h->api->easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status));
	}
	h->api->slist_free_all(x->list);
	if (e)
		return e;
	if (status < 200 || status > 599)
		return failed(x, HTTP_CUT_OFF, "no HTTP status");
	*ret = (struct http_answer){ .status = (unsigned)status,
				     .headers = buf_text(&x->headers),
				     .body = x->body.n ? buf_text(&x->body) : TEXT("") };
	return NULL;
}

/* ---- redirects */

static struct text url_part(struct exchange *x, CURLU *u, CURLUPart part)
{
	char *z = NULL;
	struct text t;

	if (x->h->api->url_get(u, part, &z, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0))
		return TEXT_NONE;
	t = text_dup(x->arena, text_from(z));
	x->h->api->free(z);
	return t;
}

/* scheme://host:port in one form; absent for what is no URL, has a user in it, or another scheme. */
static struct text origin_of(struct exchange *x, const char *url)
{
	CURLU *u = x->h->api->url();
	struct text scheme = TEXT_NONE, host = TEXT_NONE, port = TEXT_NONE;

	BUG_ON(!u);
	if (x->h->api->url_set(u, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK) {
		scheme = url_part(x, u, CURLUPART_SCHEME);
		host = url_part(x, u, CURLUPART_HOST);
		port = url_part(x, u, CURLUPART_PORT);
	}
	x->h->api->url_cleanup(u);
	if (!host.n || (!text_eq(scheme, TEXT("http")) && !text_eq(scheme, TEXT("https"))))
		return TEXT_NONE;
	return text_fmt(x->arena, "%.*s://%.*s:%.*s", TEXT_F(scheme),
			TEXT_F(text_lower(x->arena, host)), TEXT_F(port));
}

/* False: the answer is the last one. */
static bool redirected(struct exchange *x, unsigned status, char **ret_url)
{
	char *to = NULL;

	if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308)
		return false;
	if (!x->q->same_host_hops ||
	    (strcmp(x->q->method, "GET") != 0 && strcmp(x->q->method, "HEAD") != 0))
		return false;
	BUG_ON(x->h->api->easy_getinfo(x->h->curl, CURLINFO_REDIRECT_URL, &to));
	if (!to)
		return false;
	*ret_url = text_z(x->arena, text_from(to));
	return true;
}

const struct err *http_send(struct http *h, struct arena *a, const struct http_request *q,
			    struct http_answer *ret)
{
	struct exchange x = { .h = h, .arena = a, .q = q, .url = text_z(a, q->url) };
	const struct err *e = ready(&x);
	struct http_answer got;
	struct text origin;
	char *next;

	if (e)
		return e;
	x.until_us =
		time_monotonic_us() +
		(int64_t)(q->total_ms ? q->total_ms : h->cfg->outside.timeout_s * 1000) * US_PER_MS;
	origin = origin_of(&x, x.url);
	if (!origin.p || has_break(q->url) || q->url.n > URL_BYTES)
		return not_asked(&x, TEXT("a URL that is none"));
	for (unsigned hops = 0;; hops++) {
		e = once(&x, &got);
		if (e)
			return e;
		if (!redirected(&x, got.status, &next))
			break;
		if (hops == q->same_host_hops)
			return failed(&x, HTTP_OTHER_HOST, "one redirect too many");
		if (!text_eq(origin_of(&x, next), origin))
			return failed(&x, HTTP_OTHER_HOST, "redirects to another host");
		x.url = next;
	}
	h->failure = HTTP_DONE;
	*ret = got;
	return NULL;
}

const struct err *http_get_json(struct http *h, struct arena *a, const struct http_request *limits,
				struct text *ret)
{
	const struct http_header accept = { TEXT("Accept"), TEXT("application/json") };
	struct http_request q = *limits;
	struct http_answer got;
	const struct err *e;

	q.method = "GET";
	q.headers = &accept;
	q.nheaders = 1;
	q.body = TEXT_NONE;
	e = http_send(h, a, &q, &got);
	if (e)
		return e;
	if (got.status != 200)
		return err_because(
			a, ERR_BUSY,
			text_fmt(a, "%.*s: status %u", TEXT_F(bare_url(q.url)), got.status),
			"Service unavailable");
	*ret = got.body;
	return NULL;
}

/* ---- reading an answer */

struct text http_header(const struct http_answer *answer, struct text name)
{
	struct text rest = answer->headers, line, key;

	while (text_cut(&rest, '\n', &line))
		if (text_cut(&line, ':', &key) && line.p && text_eq_nocase(key, name))
			return text_trim(line);
	return TEXT_NONE;
}

int64_t http_max_age(const struct http_answer *answer, int64_t none_s, int64_t max_s)
{
	struct text rest = http_header(answer, TEXT("Cache-Control")), part, name;
	int64_t age = none_s;
	uint64_t n;

	while (text_cut(&rest, ',', &part)) {
		part = text_trim(part);
		if (text_eq_nocase(part, TEXT("no-store")) ||
		    text_eq_nocase(part, TEXT("no-cache")))
			return none_s;
		(void)text_cut(&part, '=', &name);
		if (!text_eq_nocase(name, TEXT("max-age")) || !text_u64(part, 0, INT64_MAX, &n))
			continue;
		age = (int64_t)n < max_s ? (int64_t)n : max_s;
	}
	return age;
}

bool http_is_json(const struct http_answer *answer)
{
	struct text rest = http_header(answer, TEXT("Content-Type")), type = TEXT_NONE;
	const struct text json = TEXT("+json"), application = TEXT("application/");

	(void)text_cut(&rest, ';', &type);
	type = text_trim(type);
	if (text_eq_nocase(type, TEXT("application/json")))
		return true;
	return type.n > application.n + json.n &&
	       text_eq_nocase(text_sub(type, 0, application.n), application) &&
	       text_eq_nocase(text_sub(type, type.n - json.n, type.n), json);
}

void http_form(struct buf *b, struct text name, struct text value)
{
	if (b->n)
		buf_byte(b, '&');
	buf_url(b, name);
	buf_byte(b, '=');
	buf_url(b, value);
}
