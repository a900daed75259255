/* What a handler answers with; made by one of these functions, sent once by the dispatcher. Texts
 * live in the arena. */
#pragma once

#include "app/base/err.h"

struct req;

enum { REPLY_HEADERS_MAX = 24 };

/* The Content-Security-Policy of pages (contract/web.md 14.4); images: further sources of pictures, each behind a blank. */
#define PAGE_POLICY(images)                                                                        \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:" images     \
	"; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; connect-src 'self'"

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
	bool has_length; /* of a stream: Content-Length is known */
	uint64_t length;
	const struct err *err; /* for the log line */
	bool page;             /* HTML of ours: it gets the headers of pages */
	bool no_validator;     /* for one reader alone: no ETag */
};

/* Whether an error is told in a page: where there is no route, to a browser, but neither to who wants JSON nor below /api. */
bool reply_wants_page(struct req *r);

/* {"errors":[{"detail":...}]}, or a page on the routes of pages, with the status of e; the only place where an error
 * becomes an answer. */
struct reply reply_err(struct req *r, const struct err *e);

struct reply reply_json(struct req *r, unsigned status, struct text json);
struct reply reply_text(struct req *r, unsigned status, const char *type, struct text body);
struct reply reply_empty(struct req *r, unsigned status);
/* 414 instead where it is over 16 KiB: what a client sent comes back in it. */
struct reply reply_redirect(struct req *r, unsigned status, struct text location);

/* The file below DATA: X-Accel-Redirect or X-Sendfile where configured, else streamed.
 * ERR_NOT_FOUND reply if absent. */
struct reply reply_file(struct req *r, const char *type, struct text path_below_data);

/* fn runs after the headers left: what can fail comes before. false from fn cuts the connection. */
struct reply reply_stream(struct req *r, unsigned status, const char *type,
			  bool (*fn)(struct req *r, void *ctx,
				     bool (*write)(struct req *r, struct text part)),
			  void *ctx);

/*
 * ETag, and 304 without a body where If-None-Match names it (RFC 9110 13.1.2) and the reply is a
 * 200 to GET. tag is what stands between the quotes: [A-Za-z0-9_.-]. The dispatcher does it with
 * the body's hash where no handler did.
 */
void reply_validator(struct req *r, struct reply *rp, struct text tag);

/*
 * What the answer to this request is made of has that stamp: its ETag comes of it, not of the body, and of path and query.
 * True where the client has just that: then nothing more need be read, and the handler returns reply_unchanged(r).
 * Lists of crates, searches, keywords and the summary have none: any crate's publish or download may change them, and which
 * crates they show is what most of their queries are for. There the 304 saves the way to the client, not the queries.
 */
bool must_use reply_stamp(struct req *r, struct text stamp);
struct reply reply_unchanged(struct req *r);

/* A cookie with Path=/, HttpOnly, SameSite=Lax, and Secure on https. max_age_s 0 removes it; name
 * and value are tokens. */
void reply_cookie(struct req *r, struct reply *rp, struct text name, struct text value,
		  int64_t max_age_s);

/* Sends it, once; the dispatcher's own. False: the client is gone or the stream was cut. */
bool reply_send(struct req *r, const struct reply *rp);

/* Adds a header; more than REPLY_HEADERS_MAX is a BUG, and so is a CR or LF in the value. */
void reply_header(struct reply *rp, const char *name, struct text value);
