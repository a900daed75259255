/*
 * The wire below a request: what worker.c does with libfcgi, and tests with memory. Nothing but
 * req.c, reply.c, dispatch.c and worker.c includes this.
 */
#pragma once

#include "app/base/text.h"

struct transport {
	void *ctx;
	/* A FastCGI parameter ("REQUEST_URI", "HTTP_USER_AGENT"); NULL when it was not sent, or not more
	 * than nth times: nginx before 1.23 hands on a header that came twice as two. Borrowed for the
	 * request. */
	const char *(*param)(void *ctx, const char *name, size_t nth);
	/* Up to n bytes of the body; less only at its end or after a failure. */
	size_t (*read)(void *ctx, void *p, size_t n);
	/* Whether the body ended in another way than by its end. */
	bool (*read_failed)(void *ctx);
	/* All of p, or false: the client is gone. */
	bool (*write)(void *ctx, const void *p, size_t n);
	/* The answer stays unfinished: the connection is cut, so that nobody takes it for whole. */
	void (*cut)(void *ctx);
};

/* What req.c, reply.c and dispatch.c know of a request beside struct req. */
struct req_server {
	const struct transport *t;
	bool has_length;     /* CONTENT_LENGTH was there and is a number */
	uint64_t body_left;  /* bytes announced and not read yet */
	bool body_ended;     /* the end was seen, where it had been announced */
	uint64_t sent_bytes; /* of the body */
	int64_t start_us;    /* monotonic */
	struct query_pair *query;
	size_t nquery;
	struct json_object *json; /* the body, once parsed; NULL for null too */
	bool json_parsed;
	void *json_struct; /* the same by the route's shape */
};
