/*
 * The one way to ask another machine by HTTP. Every call has a time to connect, a time in all and a largest answer; http
 * and https alone, TLS certificates verified, no proxy but the configured one, no cookie, nothing from the environment or
 * from ~/.netrc, and no redirect unless asked for, and then to the same scheme, host and port only.
 *
 * A call blocks its process: never make one inside a transaction, and only where a route or a job is meant to wait.
 * Connections are kept between the calls of a process. A process that never calls does not even load libcurl.
 *
 *	struct http_request q = { .method = "GET", .url = url, .bearer = &token };
 *	struct http_answer got;
 *
 *	e = http_send(app->http, r->arena, &q, &got);
 *	if (e)
 *		...no whole answer; http_failure(app->http) tells the kinds apart
 *	if (got.status != 200)
 *		...an answer, whatever its status: judging it is the caller's
 */
#pragma once

#include "app/base/err.h"

struct config;
struct http;
struct secret;

/* owned (free with http_free). Makes nothing yet; cfg is borrowed for as long as it lives. */
struct http *http_new(const struct config *cfg);
void http_free(struct http *h); /* NULL is fine */

struct http_header {
	struct text name, value; /* without CR, LF and NUL: else http_send refuses */
};

struct http_request {
	const char *method; /* "GET", "HEAD", "POST", "PUT", "DELETE", ... */
	struct text url;    /* absolute, no user or password in it */
	const struct http_header *headers;
	size_t nheaders;
	struct text body;            /* absent: none. With one, say its Content-Type in headers */
	const struct secret *bearer; /* NULL: none. Authorization: Bearer */
	struct text user;            /* absent: none. Basic authorization, with password */
	const struct secret *password;
	size_t max_bytes;        /* largest body of the answer; 0: 1 MiB */
	uint64_t connect_ms;     /* 0: outside.connect_timeout_s */
	uint64_t total_ms;       /* with all redirects; 0: outside.timeout_s */
	unsigned same_host_hops; /* redirects to follow, for GET and HEAD; 0: a 3xx is an answer */
};

struct http_answer {
	unsigned status;     /* 200 to 599 */
	struct text headers; /* arena; "Name: value\r\n" lines of the last answer, at most 32 KiB */
	struct text body;    /* arena; never absent */
};

/* Why the last call had no whole answer. */
enum http_failure {
	HTTP_DONE,       /* it had one */
	HTTP_NOT_ASKED,  /* bad URL or header, no libcurl: nothing was sent */
	HTTP_NO_CONNECT, /* no such host, refused, no TLS, wrong certificate */
	HTTP_TIMED_OUT,  /* to connect, or in all */
	HTTP_CUT_OFF,    /* the connection broke within the answer, or it was no HTTP */
	HTTP_TOO_LARGE,  /* body over max_bytes or headers over 32 KiB */
	HTTP_OTHER_HOST, /* a redirect to elsewhere, or one too many */
};

/*
 * NULL: the other machine answered; *ret is arena. ERR_BUSY (503, "Service unavailable") where asking again later may
 * help: no connection, timed out, cut off. ERR_INTERNAL for the others. The cause (for the log) names the method and
 * the URL without its query, never a header or a body.
 */
const struct err *must_use http_send(struct http *h, struct arena *a, const struct http_request *q,
				     struct http_answer *ret);

/*
 * GET of JSON: limits has the URL, sizes and times; what it says of method, headers and body does not count. 200 alone is good, and
 * *ret its body (arena). Any other status is ERR_BUSY, its cause the URL and the status; else as http_send.
 */
const struct err *must_use http_get_json(struct http *h, struct arena *a,
					 const struct http_request *limits, struct text *ret);

/* Of the last http_send; HTTP_DONE before the first. */
enum http_failure http_failure(const struct http *h);

/* A header of an answer by its name, letters alike; borrowed; absent where there is none. The first of several. */
struct text http_header(const struct http_answer *answer, struct text name);

/* Cache-Control: max-age in seconds (RFC 9111 5.2.2.1), at most max_s; none_s where there is none or no-store/no-cache. */
int64_t http_max_age(const struct http_answer *answer, int64_t none_s, int64_t max_s);

/* Whether Content-Type says JSON: application/json or any application/...+json, parameters aside. */
bool http_is_json(const struct http_answer *answer);

/* Adds name=value with percent-encoding, behind '&' unless it is the first: for application/x-www-form-urlencoded. */
struct buf;
void http_form(struct buf *b, struct text name, struct text value);
