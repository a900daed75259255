/*
 * One request as a handler sees it. Everything in it lives in r->arena, which is reset after the
 * reply.
 *
 * A handler is `struct reply fn(struct req *r)`: it reads parameters, authorizes, queries, and
 * returns one reply. It cannot write to the socket: the dispatcher sends, logs and resets.
 */
#pragma once

#include "app/base/err.h"
#include "app/base/query.h"
#include "app/server/app.h"
#include "app/server/reply.h"
#include "app/server/route.h"
#include "db/account_event.h"
#include "db/db.h"

struct tmpl;

enum auth_how { AUTH_BY_NONE, AUTH_BY_COOKIE, AUTH_BY_TOKEN, AUTH_BY_TRUSTPUB };

struct auth_user {
	enum auth_how how;
	uint64_t id;       /* of the user; 0 for none and for a trusted-publishing token */
	uint64_t token_id; /* of the API token, else 0 */
	struct text login, name, picture;
	uint64_t session_id;    /* AUTH_BY_COOKIE: of the session, */
	struct text form_token; /* and what its forms carry, */
	int64_t signed_in_us;   /* and when it began: app/server/fresh.h */
	int64_t created_us;
	bool is_admin, no_shortcuts;
	bool as_admin; /* may_do let him do what he asks for as an administrator alone */
	bool legacy;   /* a token without endpoint scopes (contract/api.md 3.3) */
	struct text endpoint_scopes, crate_scopes; /* JSON lists as stored; absent: null */
	/* A trusted-publishing token: ids of its crates as a JSON list, and its trustpub_data. */
	struct text trustpub_crates, trustpub_data;
};

struct req {
	struct arena *arena;
	const struct app *app;
	const struct config *cfg;
	struct db *db;
	const struct route *route;
	struct text method; /* "GET" also where the client asked HEAD */
	bool head;
	struct text path;  /* normalised, without base_path and query */
	struct text query; /* raw; absent without '?' */
	struct text body;  /* where the route's body is not BODY_STREAM; absent without one */
	uint64_t content_length;
	struct text id; /* of the request, for log and answers */
	struct text remote_ip;
	struct auth_user
		user; /* filled by the dispatcher as the route's auth says, or by auth_require */
	struct query_pair params[ROUTE_PARAMS_MAX]; /* of the path, decoded */
	size_t nparams;
	struct tmpl *tmpl;       /* the page being written: handlers/web/page.h */
	struct query_pair *form; /* of a BODY_FORM: app/server/form.h */
	size_t nform;
	struct text validator;     /* of the answer, where reply_stamp made it; else absent */
	struct req_server *server; /* of dispatch.c and worker.c alone */
};

/* Path parameter by the name in the route's pattern: always there (BUG otherwise). Decoded, UTF-8.
 */
struct text req_path(const struct req *r, const char *name);

/* Request header, case ignored ("If-None-Match"); absent when not sent. One that was sent several times is
 * one with commas, or with semicolons for cookies; of the first 16 of them. */
struct text req_header(const struct req *r, const char *name);

/*
 * Query parameter, decoded; absent when not sent. ERR_INVALID with the reference's words for one
 * that is given twice, no UTF-8, holds NUL (contract/api.md 2.3). An empty value is the empty text.
 */
const struct err *must_use req_query(struct req *r, const char *name, struct text *ret);

/* The same on the three routes with html-form queries (contract/api.md 2.3): an empty value is
 * absent. */
const struct err *must_use req_query_form(struct req *r, const char *name, struct text *ret);

/*
 * The same two for what is compared with words or read as a number, where a NUL is no fault of its
 * own: the value is none of the words, or no number.
 */
const struct err *must_use req_query_word(struct req *r, const char *name, struct text *ret);
const struct err *must_use req_query_form_word(struct req *r, const char *name, struct text *ret);

/* All query parameters in their order, decoded; arena. */
struct query_pair *req_query_all(struct req *r, size_t *ret_n);

/* All values of a repeated parameter ("ids[]"), in order; at most max. */
const struct err *must_use req_query_list(struct req *r, const char *name, size_t max,
					  struct texts *ret);

/* Where the request comes from, for what is noted about an account. */
struct event_source req_event_source(const struct req *r);

/* The cookie of that name, absent if there is none. */
struct text req_cookie(const struct req *r, const char *name);

/*
 * Reads up to n bytes of a BODY_STREAM body. *ret_n == 0 at its end. ERR_INVALID when the client
 * went away or sent less than it had announced: nothing may be done then.
 */
const struct err *must_use req_read(struct req *r, void *p, size_t n, size_t *ret_n);

/*
 * All of a BODY_STREAM body, arena, at most max bytes: 413 in the reference's words above that, and
 * as req_read. The dispatcher calls it for BODY_JSON.
 */
const struct err *must_use req_body(struct req *r, uint64_t max, struct text *ret);

/*
 * The body of a route with .shape, read into its struct; arena, as is what it points to. BUG on a
 * route without.
 */
const void *req_json_struct(const struct req *r);

/*
 * The body as JSON of any shape (json-c object, put when the arena is reset; NULL for null): 415 and
 * 400 in the reference's words where it is none. Depth at most 64.
 */
struct json_object;
const struct err *must_use req_json(struct req *r, struct json_object **ret);

/* What the dispatcher does for .shape: 415, 400 and 422 (contract/api.md 2.3). */
struct json_shape;
const struct err *must_use req_json_read(struct req *r, const struct json_shape *shape);

/* The same for .list: req_json_struct gives a struct json_list. */
const struct err *must_use req_json_read_list(struct req *r, const struct json_shape *item);
