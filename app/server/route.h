/* A route is declared beside its handler; handlers/routes.c lists the arrays. What can be declared
 * is done by the dispatcher. */
#pragma once

#include "app/base/text.h"
#include "app/registry/manifest.h" /* struct texts */

struct err;
struct req;
struct reply;

enum { ROUTE_PARAMS_MAX = 4 };

enum route_method { GET = 1, PUT = 2, POST = 4, DELETE = 8, PATCH = 16 };

/* Who may: contract/api.md 3.4 has the letters. */
enum route_auth {
	AUTH_NONE,   /* "–": credentials are not looked at */
	AUTH_COOKIE, /* "C" */
	AUTH_USER,   /* "U": cookie, or a legacy token without crate scopes */
	AUTH_SCOPE,  /* "S:x(N)": .scope, and .crate_param names the path parameter that is N */
	AUTH_ADMIN,  /* "A" */
	AUTH_LATE,   /* parsed by the handler at the place the contract says, with auth_require
			(app/server/auth.h) */
};

struct json_shape; /* app/base/json.h */

enum route_body {
	BODY_NONE,
	BODY_JSON,
	BODY_STREAM,
	BODY_FORM, /* of a page: app/server/form.h */
};

struct route {
	enum route_method method;
	const char *path; /* "/api/v1/crates/{name}/follow" */
	struct reply (*fn)(struct req *r);
	enum route_auth auth;
	const char *scope;       /* "yank", "change-owners", ...; AUTH_SCOPE only */
	const char *crate_param; /* "name" */
	enum route_body body;
	uint64_t body_max; /* bytes; 0: limits.body_bytes for BODY_JSON, 64 KiB for BODY_FORM */
	/* Of a BODY_JSON: it is read into the shape's struct before the credentials are judged,
	 * as upstream's extractors do; req_json_struct gives it. NULL: any JSON (req_json). */
	const struct json_shape *shape;
	bool list;          /* the body is a list of such: a struct json_list */
	bool no_user_agent; /* answers without User-Agent too (the path ends with "download") */
	bool no_db;         /* needs no database: answers also when it is away */
	bool signs_in;      /* writes sessions: is there in read-only mode too */
	bool no_store;      /* Cache-Control: no-store on success */
	/*
	 * A page: only the session counts, r->user is filled where there is one whatever auth says, and errors are pages
	 * (401 with a link to the sign-in where auth asks for somebody).
	 */
	bool page;
	/*
	 * Answers anybody in a private registry too: what the sign-in needs, what has credentials of its own, and what says nothing of
	 * crates and people. All else is closed (app/server/gate.h): the word here is the one list of what is not.
	 */
	bool open;
	const char *doc;
};

#define ROUTE(m, p, f, ...)                                                                        \
	{                                                                                          \
		.method = (m), .path = (p), .fn = (f), __VA_ARGS__                                 \
	}
#define ROUTE_END                                                                                  \
	{                                                                                          \
		.path = NULL                                                                       \
	}

/* An error as a page, with the status of e: handlers/web/error.c. It asks no database where e says that it is away. */
struct reply route_error_page(struct req *r, const struct err *e);

/* To the sign-in, which leads back here: handlers/web/error.c. */
struct reply route_sign_in(struct req *r);

extern const struct route *const route_lists[]; /* handlers/routes.c; NULL at the end */
