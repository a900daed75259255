/* What a handler answers with; made by one of these functions, sent once by the dispatcher. Texts live in the arena. */
#pragma once

#include "app/base/err.h"

struct req;

enum { REPLY_HEADERS_MAX = 8 };

struct reply_header {
	const char *name;
	struct text value;
};

struct reply {
	unsigned status;
	const char *type; /* Content-Type; NULL for none */
	struct text body;
	struct reply_header headers[REPLY_HEADERS_MAX];
	size_t nheaders;
	struct text file; /* absolute path below DATA, for reply_file */
	bool (*stream)(struct req *r, void *ctx, bool (*write)(struct req *r, struct text part));
	void *stream_ctx;
	const struct err *err; /* for the log line */
};

/* {"errors":[{"detail":...}]} with the status of e; the only place where an error becomes an answer. */
struct reply reply_err(struct req *r, const struct err *e);

struct reply reply_json(struct req *r, unsigned status, struct text json);
struct reply reply_text(struct req *r, unsigned status, const char *type, struct text body);
struct reply reply_empty(struct req *r, unsigned status);
struct reply reply_redirect(struct req *r, unsigned status, struct text location);

/* The file below DATA: X-Accel-Redirect or X-Sendfile where configured, else streamed. ERR_NOT_FOUND reply if absent. */
struct reply reply_file(struct req *r, const char *type, struct text path_below_data);

/* fn runs after the headers left: what can fail comes before. false from fn cuts the connection. */
struct reply reply_stream(struct req *r, unsigned status, const char *type,
			  bool (*fn)(struct req *r, void *ctx, bool (*write)(struct req *r, struct text part)),
			  void *ctx);

/* Adds a header; more than REPLY_HEADERS_MAX is a BUG, and so is a CR or LF in the value. */
void reply_header(struct reply *rp, const char *name, struct text value);
