/*
 * A program that answers a request in our place, by CGI (RFC 3875): `git http-backend`. It runs beside the worker, which
 * waits for it and hands on what it writes, 64 KiB at a time; it ends with the request, whichever way that ends.
 */
#pragma once

#include "app/server/reply.h"

enum {
	CGI_HEAD_MAX_BYTES = 16 * 1024,
	CGI_IDLE_S = 60,   /* without a byte from it */
	CGI_TOTAL_S = 900, /* of a worker's time */
};

struct cgi {
	char *const *argv; /* the first is the absolute path; NULL at the end */
	char *const *env;  /* all that it gets; NULL at the end */
	struct text body;  /* its input */
};

/*
 * Status, Content-Type and Cache-Control, Expires, Pragma are the program's, and so is the body. ERR_BUSY as a reply where it
 * cannot be started, or answers nothing in time; ERR_INTERNAL where that is no CGI.
 */
struct reply reply_cgi(struct req *r, const struct cgi *c);
