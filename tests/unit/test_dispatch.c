/* app/server/router.c, dispatch.c, req.c, reply.c, block.c: requests from memory, without a
 * database. */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/json.h"
#include "app/server/dispatch.h"
#include "app/server/known.h"
#include "app/server/router.h"
#include "app/server/transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- routes that say what they were given */

static struct reply say_params(struct req *r)
{
	struct text all = text_from(r->route->path);

	for (size_t i = 0; i < r->nparams; i++)
		all = text_fmt(r->arena, "%.*s|%.*s=%.*s", TEXT_F(all), TEXT_F(r->params[i].name),
			       TEXT_F(r->params[i].value));
	return reply_text(r, 200, "text/plain", all);
}

static struct reply say_query(struct req *r)
{
	struct text q;
	struct texts ids;
	const struct err *e = req_query(r, "q", &q);

	if (!e)
		e = req_query_list(r, "ids[]", 3, &ids);
	if (e)
		return reply_err(r, e);
	return reply_text(r, 200, "text/plain",
			  text_fmt(r->arena, "%s%.*s %zu", q.p ? "=" : "", TEXT_F(q), ids.n));
}

static struct reply say_body(struct req *r)
{
	char p[8];
	size_t n, all = 0;
	const struct err *e;

	do {
		e = req_read(r, p, sizeof(p), &n);
		if (e)
			return reply_err(r, e);
		all += n;
	} while (n);
	return reply_text(r, 200, "text/plain", text_fmt(r->arena, "%zu", all));
}

static struct reply say_json(struct req *r)
{
	return reply_text(r, 200, "text/plain", r->body);
}

struct shaped {
	struct json_texts owners;
};

static const struct json_shape shaped = {
	.name = "Shaped",
	.size = sizeof(struct shaped),
	.fields = {
		JSON_FIELD_WITH(struct shaped, owners, .alias = "users", .required = true),
	},
};

static struct reply say_shaped(struct req *r)
{
	const struct shaped *body = req_json_struct(r);

	return reply_text(r, 200, "text/plain", body->owners.list.v[0]);
}

static bool two_parts(struct req *r, void *ctx, bool (*write)(struct req *r, struct text part))
{
	return write(r, TEXT("one ")) && write(r, TEXT("two")) && !ctx;
}

static struct reply say_stream(struct req *r)
{
	return reply_stream(r, 200, "text/plain", two_parts, NULL);
}

static struct reply say_broken_stream(struct req *r)
{
	return reply_stream(r, 200, "text/plain", two_parts, r);
}

static struct reply say_file(struct req *r)
{
	struct reply rp = reply_file(r, "text/plain", req_path(r, "name"));

	reply_header(&rp, "X-Mark", TEXT("yes"));
	return rp;
}

static struct reply fail_inside(struct req *r)
{
	return reply_err(r,
			 err_because(r->arena, ERR_INTERNAL, TEXT("because"), "the secret reason"));
}

static struct reply busy(struct req *r)
{
	return reply_err(r, err_new(r->arena, ERR_BUSY, "Service unavailable"));
}

static const struct route routes[] = {
	ROUTE(GET, "/", say_params, .auth = AUTH_NONE),
	ROUTE(PUT, "/api/v1/crates/new", say_params, .auth = AUTH_NONE),
	ROUTE(GET, "/api/v1/crates/new", say_params, .auth = AUTH_NONE),
	ROUTE(GET, "/api/v1/crates/{name}", say_params, .auth = AUTH_NONE),
	ROUTE(PATCH, "/api/v1/crates/{name}", say_params, .auth = AUTH_NONE),
	ROUTE(GET, "/api/v1/crates", say_query, .auth = AUTH_NONE),
	ROUTE(GET, "/api/v1/crates/{name}/downloads", say_params, .auth = AUTH_NONE),
	ROUTE(GET, "/api/v1/crates/{name}/{version}", say_params, .auth = AUTH_NONE),
	ROUTE(GET, "/api/v1/crates/{name}/{version}/download", say_params, .auth = AUTH_NONE),
	ROUTE(PUT, "/api/v1/me/{id}", say_params, .auth = AUTH_NONE),
	ROUTE(GET, "/api/v1/me/{other}/x", say_params, .auth = AUTH_NONE),
	ROUTE(GET, "/git/index/{*path}", say_params, .no_user_agent = true),
	ROUTE(POST, "/body", say_body, .body = BODY_STREAM),
	ROUTE(POST, "/json", say_json, .body = BODY_JSON, .body_max = 32),
	ROUTE(POST, "/shaped", say_shaped, .auth = AUTH_USER, .body = BODY_JSON, .shape = &shaped),
	ROUTE(POST, "/open", say_shaped, .body = BODY_JSON, .shape = &shaped),
	ROUTE(GET, "/stream", say_stream, .auth = AUTH_NONE),
	ROUTE(GET, "/broken", say_broken_stream, .auth = AUTH_NONE),
	ROUTE(GET, "/file/{name}", say_file, .auth = AUTH_NONE),
	ROUTE(GET, "/free", say_params, .open = true),
	ROUTE(GET, "/page", fail_inside, .page = true, .no_db = true),
	ROUTE(GET, "/api/fail", fail_inside, .auth = AUTH_NONE),
	ROUTE(GET, "/api/busy", busy, .no_store = true),
	ROUTE(GET, "/quiet", say_params, .no_store = true),
	ROUTE_END,
};
static const struct route *const lists[] = { routes, NULL };

/* ---- a transport in memory */

struct wire {
	const char *const *params; /* name, value, ..., NULL */
	struct text body;
	bool fails; /* at the end of the body */
	char out[8192];
	size_t n;
	bool was_cut;
};

static const char *wire_param(void *ctx, const char *name, size_t nth)
{
	const struct wire *w = ctx;
	size_t seen = 0;

	for (const char *const *p = w->params; *p; p += 2)
		if (!strcmp(*p, name) && seen++ == nth)
			return p[1];
	/* Else errors where there is no route are pages: `pages` below. */
	return seen || nth || strcmp(name, "HTTP_ACCEPT") ? NULL : "application/json";
}

static size_t wire_read(void *ctx, void *p, size_t n)
{
	struct wire *w = ctx;

	if (n > w->body.n)
		n = w->body.n;
	if (n)
		memcpy(p, w->body.p, n);
	w->body = text_sub(w->body, n, w->body.n);
	return n;
}

static bool wire_failed(void *ctx)
{
	const struct wire *w = ctx;

	return w->fails && !w->body.n;
}

static bool wire_write(void *ctx, const void *p, size_t n)
{
	struct wire *w = ctx;

	assert_true(n <= sizeof(w->out) - w->n);
	memcpy(w->out + w->n, p, n);
	w->n += n;
	return true;
}

static void wire_cut(void *ctx)
{
	struct wire *w = ctx;

	w->was_cut = true;
}

struct fixture {
	struct arena *long_lived, *arena;
	struct app app;
	struct wire wire;
};

static void answer_with(struct fixture *f, const char *config)
{
	const struct transport t = { &f->wire,    wire_param, wire_read,
				     wire_failed, wire_write, wire_cut };
	struct text why;

	f->app.cfg = config_parse(f->long_lived, text_from(config), "c.toml", NULL, &why);
	if (!f->app.cfg)
		fail_msg("%.*s", TEXT_F(why));
	f->wire.n = 0;
	f->wire.was_cut = false;
	arena_reset(f->arena);
	dispatch_request(&f->app, f->arena, &t);
}

static void answer(struct fixture *f, const char *method, const char *uri)
{
	const char *const params[] = { "REQUEST_METHOD",  method, "REQUEST_URI", uri,
				       "HTTP_USER_AGENT", "t",    NULL };

	f->wire.params = params;
	f->wire.body = TEXT_NONE;
	answer_with(f, "");
}

static struct text head_of(const struct fixture *f)
{
	struct text all = { f->wire.out, f->wire.n };

	return text_sub(all, 0, text_find(all, TEXT("\r\n\r\n")) + 2);
}

static struct text body_of(const struct fixture *f)
{
	struct text all = { f->wire.out, f->wire.n };

	return text_sub(all, text_find(all, TEXT("\r\n\r\n")) + 4, all.n);
}

static bool has(struct text t, const char *what)
{
	return text_find(t, text_from(what)) < t.n;
}

static void check(const struct fixture *f, const char *uri, unsigned status, const char *body)
{
	char want[32];

	(void)snprintf(want, sizeof(want), "Status: %u ", status);
	if (!text_starts(head_of(f), text_from(want)))
		fail_msg("%s: want %u, got %.*s", uri, status, TEXT_F(head_of(f)));
	if (body && !text_eq(body_of(f), text_from(body)))
		fail_msg("%s: want %s, got %.*s", uri, body, TEXT_F(body_of(f)));
}

static int set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .long_lived = arena_new(0), .arena = arena_new(1024 * 1024) };
	f.app.router = router_new(lists);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	router_free(f->app.router);
	arena_free(f->arena);
	arena_free(f->long_lived);
	return 0;
}

/* ---- tests */

#define NOT_FOUND "{\"errors\":[{\"detail\":\"Not Found\"}]}"

static void paths(void **state)
{
	static const struct {
		const char *uri;
		unsigned status;
		const char *body;
	} t[] = {
		{ "/", 200, "/" },
		{ "", 200, "/" },
		{ "http://x.example/", 200, "/" },
		{ "http://x.example/api/v1/crates/a", 200, "/api/v1/crates/{name}|name=a" },
		{ "/api/v1/crates/new", 200, "/api/v1/crates/new" },
		{ "/api/v1/crates/new?x=/y", 200, "/api/v1/crates/new" },
		{ "/api/v1/crates/serde", 200, "/api/v1/crates/{name}|name=serde" },
		{ "/api/v1/crates/a%2fb", 200, "/api/v1/crates/{name}|name=a/b" },
		{ "/api/v1/crates/%c3%a4", 200, "/api/v1/crates/{name}|name=\xc3\xa4" },
		{ "/api/v1/crates/a%2", 200, "/api/v1/crates/{name}|name=a%2" },
		{ "/api/v1/crates/a%zz%41", 200, "/api/v1/crates/{name}|name=a%zzA" },
		{ "/api/v1/crates/a/downloads", 200, "/api/v1/crates/{name}/downloads|name=a" },
		{ "/api/v1/crates/a/1.0.0+x", 200,
		  "/api/v1/crates/{name}/{version}|name=a|version=1.0.0+x" },
		{ "/api/v1/crates/new/1.0.0", 200,
		  "/api/v1/crates/{name}/{version}|name=new|version=1.0.0" },
		{ "/api/v1/crates/%ff", 400,
		  "{\"errors\":[{\"detail\":\"Invalid URL: Invalid UTF-8 in `name`\"}]}" },
		{ "/api/v1/crates/a/%80", 400,
		  "{\"errors\":[{\"detail\":\"Invalid URL: Invalid UTF-8 in `version`\"}]}" },
		{ "/api/v1/crates/", 404, NOT_FOUND },
		{ "/api/v1/crates/a/", 404, NOT_FOUND },
		{ "/api/v1/crate%73", 404, NOT_FOUND },
		{ "/api/v1", 404, NOT_FOUND },
		{ "/x/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18", 404, NOT_FOUND },
		{ "//api/v1/./crates/../crates/a", 200, "/api/v1/crates/{name}|name=a" },
		{ "/api/v1/crates//a//", 200, "/api/v1/crates/{name}|name=a" },
		{ "/../../api/v1/crates/a/.", 200, "/api/v1/crates/{name}|name=a" },
		{ "/git/index/se/rd/serde%20x", 200, "/git/index/{*path}|path=se/rd/serde x" },
		{ "/git/index/", 404, NOT_FOUND },
		{ "/git/index/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", 200,
		  "/git/index/{*path}|path=1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		answer(*state, "GET", t[i].uri);
		check(*state, t[i].uri, t[i].status, t[i].body);
	}
}

static void methods(void **state)
{
	static const struct {
		const char *method, *uri;
		unsigned status;
		const char *allow;
	} t[] = {
		{ "PUT", "/api/v1/crates/new", 200, NULL },
		{ "DELETE", "/api/v1/crates/new", 405, "Allow: PUT,GET,HEAD\r\n" },
		{ "PATCH", "/api/v1/crates/new", 405, "Allow: PUT,GET,HEAD\r\n" },
		{ "PATCH", "/api/v1/crates/a", 200, NULL },
		{ "POST", "/api/v1/crates/a", 405, "Allow: GET,HEAD,PATCH\r\n" },
		{ "OPTIONS", "/api/v1/crates/a", 405, "Allow: GET,HEAD,PATCH\r\n" },
		{ "BREW", "/api/v1/crates/a", 405, "Allow: GET,HEAD,PATCH\r\n" },
		{ "BREW", "/nowhere", 404, NULL },
		{ "GET", "/api/v1/me/1", 405, "Allow: PUT\r\n" },
		{ "HEAD", "/api/v1/me/1", 405, "Allow: PUT\r\n" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		answer(f, t[i].method, t[i].uri);
		check(f, t[i].uri, t[i].status, NULL);
		if (t[i].allow) {
			assert_true(has(head_of(f), t[i].allow));
			assert_false(has(head_of(f), "Content-Type"));
			check(f, t[i].uri, 405, "");
		}
	}
	answer(f, "HEAD", "/api/v1/crates/a");
	check(f, "HEAD", 200, "");
	assert_true(has(head_of(f), "Content-Length: 28\r\n"));
	answer(f, "HEAD", "/nowhere");
	check(f, "HEAD", 404, "");
}

static void common(void **state)
{
	struct fixture *f = *state;

	answer(f, "GET", "/api/v1/crates/a");
	assert_true(has(head_of(f), "Access-Control-Allow-Origin: *\r\n"));
	assert_true(has(head_of(f), "Strict-Transport-Security: max-age=31536000\r\n"));
	assert_true(has(head_of(f), "X-Content-Type-Options: nosniff\r\n"));
	answer(f, "GET", "/nowhere");
	assert_true(has(head_of(f), "Access-Control-Allow-Origin: *\r\n"));
	assert_false(has(head_of(f), "X-Content-Type-Options"));
	answer(f, "GET", "/quiet");
	assert_true(has(head_of(f), "Cache-Control: no-store\r\n"));
	assert_false(has(head_of(f), "ETag"));
	answer(f, "GET", "/api/busy");
	check(f, "busy", 503, "{\"errors\":[{\"detail\":\"Service unavailable\"}]}");
	assert_true(has(head_of(f), "Retry-After: 30\r\n"));
	assert_false(has(head_of(f), "Cache-Control"));
	answer(f, "GET", "/api/fail");
	check(f, "fail", 500, "{\"errors\":[{\"detail\":\"Internal Server Error\"}]}");
}

static void validators(void **state)
{
	struct fixture *f = *state;
	char tag[64];
	size_t at;

	answer(f, "GET", "/api/v1/crates/a");
	at = text_find(head_of(f), TEXT("ETag: ")) + 6;
	assert_true(at + 34 < f->wire.n);
	(void)snprintf(tag, sizeof(tag), "\"x\", W/%.34s", f->wire.out + at);
	{
		const char *const params[] = { "REQUEST_METHOD",
					       "GET",
					       "REQUEST_URI",
					       "/api/v1/crates/a",
					       "HTTP_USER_AGENT",
					       "t",
					       "HTTP_IF_NONE_MATCH",
					       tag,
					       NULL };

		f->wire.params = params;
		answer_with(f, "");
		check(f, "304", 304, "");
		assert_true(has(head_of(f), "ETag: "));
		assert_false(has(head_of(f), "Content-Length"));
		assert_false(has(head_of(f), "Content-Type:"));
		tag[8] = '!';
		answer_with(f, "");
		check(f, "other tag", 200, NULL);
	}
}

static void queries(void **state)
{
	static const struct {
		const char *uri;
		unsigned status;
		const char *body;
	} t[] = {
		{ "/api/v1/crates", 200, " 0" },
		{ "/api/v1/crates?", 200, " 0" },
		{ "/api/v1/crates?q", 200, "= 0" },
		{ "/api/v1/crates?q=a+b%20c%2B", 200, "=a b c+ 0" },
		{ "/api/v1/crates?&&q=1&ids%5B%5D=1&ids[]=2&", 200, "=1 2" },
		{ "/api/v1/crates?q=%ff", 200, "=\xef\xbf\xbd 0" },
		{ "/api/v1/crates?q=1&q=2", 400,
		  "{\"errors\":[{\"detail\":\"Failed to deserialize query string: duplicate field "
		  "`q`\"}]}" },
		{ "/api/v1/crates?q=%00", 400,
		  "{\"errors\":[{\"detail\":\"Failed to deserialize query string: q: string "
		  "contains null byte\"}]}" },
		{ "/api/v1/crates?ids[]=1&ids[]=2&ids[]=3&ids[]=4", 400, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		answer(*state, "GET", t[i].uri);
		check(*state, t[i].uri, t[i].status, t[i].body);
	}
}

static void bodies(void **state)
{
	static const struct {
		const char *uri, *length, *type, *body;
		bool fails;
		unsigned status;
		const char *want;
	} t[] = {
		{ "/body", "20", NULL, "12345678901234567890", false, 200, "20" },
		{ "/body", "0", NULL, "", false, 200, "0" },
		{ "/body", NULL, NULL, "", false, 200, "0" },
		{ "/body", "21", NULL, "12345678901234567890", false, 400, NULL },
		{ "/body", "19", NULL, "12345678901234567890", false, 400, NULL },
		{ "/body", NULL, NULL, "x", false, 400, NULL },
		{ "/body", "x", NULL, "x", false, 400, NULL },
		{ "/body", "-1", NULL, "x", false, 400, NULL },
		{ "/body", "20", NULL, "12345678901234567890", true, 400, NULL },
		{ "/body", "18446744073709551615", NULL, "x", false, 400, NULL },
		{ "/json", "2", "application/json", "{}", false, 200, "{}" },
		{ "/json", "2", "Application/Vnd.x+JSON; charset=utf-8", "{}", false, 200, "{}" },
		{ "/json", "3", "application/json", "{}", false, 400, NULL },
		{ "/json", "2", "text/plain", "{}", false, 415, NULL },
		{ "/json", "2", NULL, "{}", false, 415, NULL },
		{ "/json", "4", "application/json", "{} x", false, 400,
		  "{\"errors\":[{\"detail\":\"Failed to parse the request body as JSON: trailing "
		  "characters at line 1 column 4\"}]}" },
		{ "/json", "0", "application/json", "", false, 400,
		  "{\"errors\":[{\"detail\":\"Failed to parse the request body as JSON: EOF while "
		  "parsing a value at line 1 column 0\"}]}" },
		{ "/open", "14", "application/json", "{\"users\":[\"a\"]}", false, 400, NULL },
		{ "/open", "15", "application/json", "{\"users\":[\"a\"]}", false, 200, "a" },
		{ "/open", "15", "text/json", "{\"users\":[\"a\"]}", false, 415, NULL },
		/* before the credentials are judged */
		{ "/shaped", "2", "application/json", "{}", false, 422,
		  "{\"errors\":[{\"detail\":\"Failed to deserialize the JSON body into the target "
		  "type: missing field `owners` at line 1 column 2\"}]}" },
		{ "/shaped", "20", "application/json", "{\"owners\": \"foo\"} 1", false, 400,
		  NULL },
		{ "/shaped", "19", "application/json", "{\"owners\": \"foo\"} 1", false, 422,
		  "{\"errors\":[{\"detail\":\"Failed to deserialize the JSON body into the target "
		  "type: owners: invalid type: string \\\"foo\\\", expected a sequence at line 1 "
		  "column 16\"}]}" },
		{ "/shaped", "15", "application/json", "{\"owners\":[]} 1", false, 400,
		  "{\"errors\":[{\"detail\":\"Failed to parse the request body as JSON: trailing "
		  "characters at line 1 column 15\"}]}" },
		{ "/json", "33", "application/json", "", false, 413,
		  "{\"errors\":[{\"detail\":\"Failed to buffer the request body: length limit "
		  "exceeded\"}]}" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		const char *params[12] = { "REQUEST_METHOD",  "POST", "REQUEST_URI", t[i].uri,
					   "HTTP_USER_AGENT", "t" };
		size_t n = 6;

		if (t[i].length) {
			params[n++] = "CONTENT_LENGTH";
			params[n++] = t[i].length;
		}
		if (t[i].type) {
			params[n++] = "CONTENT_TYPE";
			params[n++] = t[i].type;
		}
		f->wire.params = params;
		f->wire.body = text_from(t[i].body);
		f->wire.fails = t[i].fails;
		answer_with(f, "");
		check(f, t[i].body, t[i].status, t[i].want);
	}
	f->wire.fails = false;
}

static void streams(void **state)
{
	struct fixture *f = *state;

	answer(f, "GET", "/stream");
	check(f, "/stream", 200, "one two");
	assert_false(has(head_of(f), "Content-Length"));
	assert_false(f->wire.was_cut);
	answer(f, "GET", "/broken");
	assert_true(f->wire.was_cut);
	answer(f, "HEAD", "/broken");
	check(f, "/broken", 200, "");
	assert_false(f->wire.was_cut);
}

/* A folder with one file; its name ends with a plus sign. */
static void make_data(char *folder)
{
	char path[64];
	FILE *f;

	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/a+b", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs("the content", f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void remove_data(const char *folder)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/a+b", folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void ask_file(struct fixture *f, const char *folder, const char *sendfile, const char *name,
		     const char *tag)
{
	const char *params[12] = { "REQUEST_METHOD", "GET", "HTTP_USER_AGENT", "t",
				   "REQUEST_URI",    name };
	char config[256];

	if (tag) {
		params[6] = "HTTP_IF_NONE_MATCH";
		params[7] = tag;
	}
	(void)snprintf(config, sizeof(config), "data.dir = \"%s\"\nserver.sendfile = \"%s\"\n",
		       folder, sendfile);
	f->wire.params = params;
	answer_with(f, config);
}

static void files(void **state)
{
	char folder[] = "/tmp/cratehouse-test-XXXXXX", tag[64], want[64];
	struct fixture *f = *state;
	size_t at;

	make_data(folder);
	ask_file(f, folder, "none", "/file/a+b", NULL);
	check(f, "file", 200, "the content");
	assert_true(has(head_of(f), "Content-Length: 11\r\n"));
	assert_true(has(head_of(f), "Last-Modified: "));
	at = text_find(head_of(f), TEXT("ETag: ")) + 6;
	(void)snprintf(tag, sizeof(tag), "%.*s", (int)strcspn(f->wire.out + at, "\r"),
		       f->wire.out + at);
	ask_file(f, folder, "none", "/file/a+b", tag);
	check(f, "file, known", 304, "");
	assert_true(has(head_of(f), "X-Mark: yes\r\n"));
	ask_file(f, folder, "none", "/file/absent", NULL);
	check(f, "absent file", 404, NULL);
	ask_file(f, folder, "x-accel", "/file/a+b", NULL);
	check(f, "x-accel", 200, "");
	assert_true(has(head_of(f), "X-Accel-Redirect: /_cratehouse/a%2Bb\r\n"));
	ask_file(f, folder, "x-sendfile", "/file/a+b", NULL);
	check(f, "x-sendfile", 200, "");
	(void)snprintf(want, sizeof(want), "X-Sendfile: %s/a+b\r\n", folder);
	assert_true(has(head_of(f), want));
	assert_false(has(head_of(f), "Content-Length"));
	remove_data(folder);
}

static void blocking(void **state)
{
	static const struct {
		const char *config, *uri, *agent, *ip;
		unsigned status;
	} t[] = {
		{ "", "/api/v1/crates/a", NULL, "192.0.2.1", 403 },
		{ "", "/api/v1/crates/a", "", "192.0.2.1", 403 },
		{ "", "/api/v1/crates/a", "Amazon CloudFront", "192.0.2.1", 403 },
		{ "server.cdn_user_agent = \"\"", "/api/v1/crates/a", "Amazon CloudFront",
		  "192.0.2.1", 200 },
		{ "", "/api/v1/crates/a/1.0.0/download", NULL, "192.0.2.1", 200 },
		{ "", "/git/index/x", NULL, "192.0.2.1", 200 },
		{ "server.blocked_ips = \"192.0.2.1, 2001:db8::1\"", "/", "t", "192.0.2.1", 403 },
		{ "server.blocked_ips = \"192.0.2.1, 2001:db8::1\"", "/", "t", "2001:DB8:0::1",
		  403 },
		{ "server.blocked_ips = \"192.0.2.1, 2001:db8::1\"", "/", "t", "192.0.2.10", 200 },
		{ "server.blocked_ips = \"192.0.2.1\"", "/", "t", "::ffff:192.0.2.1", 403 },
		{ "server.blocked_headers = \"User-Agent=/^ba+d/, X=y\"", "/", "baaad bot",
		  "192.0.2.1", 403 },
		{ "server.blocked_headers = \"User-Agent=bad\"", "/", "bad bot", "192.0.2.1", 200 },
		{ "server.blocked_routes = \"/api/v1/crates/{name}\"", "/api/v1/crates/a", "t",
		  "192.0.2.1", 503 },
		{ "server.blocked_routes = \"/api/v1/crates/{name}\"", "/api/v1/crates/new", "t",
		  "192.0.2.1", 200 },
		{ "server.base_path = \"/reg\"", "/reg/api/v1/crates/a", "t", "192.0.2.1", 200 },
		{ "server.base_path = \"/reg\"", "/reg", "t", "192.0.2.1", 200 },
		{ "server.base_path = \"/reg\"", "/registry", "t", "192.0.2.1", 404 },
		{ "server.base_path = \"/reg\"", "/api/v1/crates/a", "t", "192.0.2.1", 404 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		const char *params[12] = { "REQUEST_METHOD", "GET",         "REQUEST_URI",
					   t[i].uri,         "REMOTE_ADDR", t[i].ip };

		if (t[i].agent) {
			params[6] = "HTTP_USER_AGENT";
			params[7] = t[i].agent;
		}
		f->wire.params = params;
		answer_with(f, t[i].config);
		check(f, t[i].config, t[i].status, NULL);
		assert_int_equal(has(head_of(f), "Access-Control-Allow-Origin"),
				 t[i].status != 403);
		if (t[i].status == 403)
			assert_int_equal(has(head_of(f), "text/plain; charset=utf-8"),
					 !has(text_from(t[i].uri), "/api/"));
	}
}

/* Who gets an error as a page: browsers, and programs that do not say what they want. */
static void pages(void **state)
{
	static const struct {
		const char *uri, *accept;
		bool page;
	} t[] = {
		{ "/nothing", "text/html,*/*;q=0.8", true },
		{ "/nothing", "*/*", true },
		{ "/nothing", "application/json, text/html", true },
		{ "/nothing", "application/json", false },
		{ "/api/nothing", "text/html", false },
		{ "/static/nothing", "text/html", false },
		{ "/api/fail", "text/html", false },
		{ "/page", "application/json", true },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		const char *const params[] = { "REQUEST_METHOD",  "GET",         "REQUEST_URI",
					       t[i].uri,          "HTTP_ACCEPT", t[i].accept,
					       "HTTP_USER_AGENT", "t",           NULL };

		f->wire.params = params;
		answer_with(f, "");
		if (t[i].page != has(head_of(f), "Content-Type: text/html; charset=utf-8\r\n") ||
		    t[i].page == has(head_of(f), "Access-Control-Allow-Origin: *\r\n") ||
		    t[i].page != has(head_of(f), "Content-Security-Policy: default-src 'none'; "))
			fail_msg("%s as %s: %.*s", t[i].uri, t[i].accept, TEXT_F(head_of(f)));
	}
	assert_false(has(body_of(f), "secret reason"));
	assert_true(has(body_of(f), "<h1>Something went wrong here</h1>"));
}

/* A site below a path: each of its own addresses has it. */
static void pages_below_a_path(void **state)
{
	static const char *const params[] = {
		"REQUEST_METHOD",  "GET", "REQUEST_URI", "/reg/page?a=b",
		"HTTP_USER_AGENT", "t",   NULL
	};
	static const char *const wanted[] = { "href=\"/reg/\"",
					      "href=\"/reg/crates\"",
					      "action=\"/reg/search\"",
					      "action=\"/reg/theme\"",
					      "src=\"/reg/assets/site.",
					      "href=\"/reg/assets/icons.",
					      "href=\"/reg/login?return_to=%2Fpage%3Fa%3Db\"",
					      "name=\"return_to\" value=\"/page?a=b\"" };
	struct fixture *f = *state;

	f->wire.params = params;
	answer_with(f, "[server]\nbase_path = \"/reg\"\n[site]\nurl = \"https://x.example/reg\"\n");
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!has(body_of(f), wanted[i]))
			fail_msg("no %s in %.*s", wanted[i], TEXT_F(body_of(f)));
	assert_false(has(body_of(f), "href=\"/crates"));
}

static void read_only(void **state)
{
	struct fixture *f = *state;
	const char *const params[] = { "REQUEST_METHOD",  "PUT", "REQUEST_URI", "/api/v1/me/1",
				       "HTTP_USER_AGENT", "t",   NULL };

	f->wire.params = params;
	answer_with(f, "server.read_only = true");
	check(f, "read only", 503, NULL);
	answer_with(f, "");
	check(f, "not read only", 200, NULL);
}

static void cargo(void **state)
{
	static const struct {
		const char *mode;
		const struct route *route;
		unsigned status, want;
	} t[] = {
		{ "adjust-all", &routes[1], 403, 200 },
		{ "adjust-all", &routes[5], 503, 200 },
		{ "adjust-all", &routes[3], 404, 404 },
		{ "adjust-all", &routes[2], 404, 404 },
		{ "adjust-success", &routes[1], 403, 403 },
		{ "adjust-success", &routes[1], 201, 200 },
		{ "disabled", &routes[1], 201, 201 },
		{ "adjust-all", NULL, 404, 404 },
	};
	struct config cfg = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		cfg.server.cargo_status = text_from(t[i].mode);
		assert_int_equal(cargo_status(&cfg, t[i].route, t[i].status), t[i].want);
	}
}

/* ---- private registries */

#define PRIVATE                                                                                    \
	"[registry]\nauth_required = true\n[site]\nurl = \"http://x.test\"\n"                      \
	"[server]\ncargo_status = \"adjust-all\"\n"

/* Without a database: whoever shows nothing never gets as far. */
static void closed_but_for_what_says_open(void **state)
{
	static const struct {
		const char *method, *uri;
		unsigned status;
	} t[] = {
		{ "GET", "/free", 304 },          { "GET", "/", 401 },
		{ "POST", "/free", 401 },         { "GET", "/nothing", 401 },
		{ "GET", "/free/../quiet", 401 }, { "GET", "/quiet", 401 },
		{ "POST", "/open", 401 },         { "GET", "/api/v1/crates/%ff", 401 },
		{ "GET", "/stream", 401 },        { "PUT", "/api/v1/crates/new", 401 },
		{ "HEAD", "/file/x", 401 },       { "BREW", "/", 401 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		const char *const params[] = { "REQUEST_METHOD",
					       t[i].method,
					       "REQUEST_URI",
					       t[i].uri,
					       "HTTP_USER_AGENT",
					       "t",
					       "HTTP_IF_NONE_MATCH",
					       "*",
					       NULL };

		f->wire.params = params;
		f->wire.body = TEXT_NONE;
		answer_with(f, PRIVATE);
		check(f, t[i].uri, t[i].status, NULL);
		assert_true(t[i].status == 304 ||
			    has(head_of(f), "WWW-Authenticate: Cargo "
					    "login_url=\"http://x.test/me\"\r\n"));
		assert_true(t[i].status == 304 ||
			    has(head_of(f), "Cache-Control: private, no-store"));
	}
}

static void what_is_known(void **state)
{
	struct sha256 h = { { 0 } };

	(void)state;
	assert_int_equal(known_since(&h), 0); /* a hash of zeros is none of a free place */
	for (int i = 1; i <= KNOWN_MAX + 10; i++) {
		memcpy(h.b, &i, sizeof(i));
		known_good(&h, i);
		assert_int_equal(known_since(&h), i);
	}
	for (int i = 1; i <= KNOWN_MAX + 10; i++) { /* the oldest made room */
		memcpy(h.b, &i, sizeof(i));
		assert_int_equal(known_since(&h), i <= 10 ? 0 : i);
	}
	known_good(&h, 9999);
	assert_int_equal(known_since(&h), 9999);
	known_drop(&h);
	known_drop(&h);
	assert_int_equal(known_since(&h), 0);
	h.b[31] = 1;
	known_good(&h, 10000);
	for (int i = 11; i < KNOWN_MAX + 10; i++) { /* the free place was taken first */
		struct sha256 other = { { 0 } };

		memcpy(other.b, &i, sizeof(i));
		assert_int_equal(known_since(&other), i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(methods),
		cmocka_unit_test(common),
		cmocka_unit_test(validators),
		cmocka_unit_test(queries),
		cmocka_unit_test(bodies),
		cmocka_unit_test(streams),
		cmocka_unit_test(blocking),
		cmocka_unit_test(read_only),
		cmocka_unit_test(cargo),
		cmocka_unit_test(files),
		cmocka_unit_test(pages),
		cmocka_unit_test(pages_below_a_path),
		cmocka_unit_test(closed_but_for_what_says_open),
		cmocka_unit_test(what_is_known),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
