#include "app/server/dispatch.h"
#include "app/server/limits.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/hash.h"
#include "app/base/log.h"
#include "app/base/query.h"
#include "app/base/time.h"
#include "app/server/auth.h"
#include "app/server/block.h"
#include "app/server/form.h"
#include "app/server/gate.h"
#include "app/server/metrics.h"
#include "app/server/router.h"
#include "app/server/transport.h"

#include <arpa/inet.h>
#include <string.h>

enum { ID_BYTES = 10, ID_MAX_BYTES = 64 };

/* The front end's X-Request-Id where it is a plain word, else one of our own: the process, and a number. */
static struct text request_id(struct req *r)
{
	struct text given = req_header(r, "X-Request-Id");
	static char worker[ID_BYTES];
	static uint64_t served;
	struct buf b = buf_init(r->arena, ID_MAX_BYTES);
	bool plain = given.n && given.n <= ID_MAX_BYTES;

	for (size_t i = 0; i < given.n && plain; i++)
		plain = char_is_alnum(given.p[i]) || given.p[i] == '-' || given.p[i] == '_';
	if (plain)
		return given;
	if (!served++)
		random_alnum(worker, sizeof(worker));
	buf_add(&b, (struct text){ worker, sizeof(worker) });
	buf_byte(&b, '-');
	buf_u64(&b, served);
	return buf_text(&b);
}

static bool is_address(struct arena *a, struct text t)
{
	unsigned char unused[16];
	const char *z = text_z(a, t);

	return t.n < INET6_ADDRSTRLEN &&
	       (inet_pton(AF_INET, z, unused) == 1 || inet_pton(AF_INET6, z, unused) == 1);
}

/* The last address of the header that the front end is trusted to write, else the peer. */
static struct text client_ip(struct req *r)
{
	struct text header = r->cfg->server.real_ip_header, rest, part, last = TEXT_NONE;
	struct text peer = text_from(r->server->t->param(r->server->t->ctx, "REMOTE_ADDR", 0));

	if (header.n) {
		rest = req_header(r, text_z(r->arena, header));
		while (config_list_next(&rest, &part))
			if (is_address(r->arena, part))
				last = part;
	}
	if (last.n)
		return last;
	return is_address(r->arena, peer) ? peer : TEXT_NONE;
}

/* Some servers hand on the absolute form of RFC 9112 3.2.2. */
static struct text without_authority(struct text uri)
{
	size_t at = text_find(uri, TEXT("://"));
	struct text rest;

	if (text_starts(uri, TEXT("/")) || at == uri.n)
		return uri;
	rest = text_sub(uri, at + 3, uri.n);
	rest = text_sub(rest, text_find_byte(rest, '/'), rest.n);
	return rest.n ? rest : TEXT("/");
}

/* REQUEST_URI is what the client sent; SCRIPT_NAME and PATH_INFO are rewritten by every server in
 * its own way. */
static bool read_path(struct req *r)
{
	const struct transport *t = r->server->t;
	struct text uri = without_authority(text_from(t->param(t->ctx, "REQUEST_URI", 0))), path;
	struct text base = r->cfg->server.base_path;

	if (!text_cut(&uri, '?', &path) || !path.n)
		path = TEXT("/");
	r->query = uri;
	r->path = path_normalise(r->arena, path);
	if (!base.n)
		return true;
	if (!text_starts(r->path, base) || (r->path.n > base.n && r->path.p[base.n] != '/'))
		return false;
	r->path = text_sub(r->path, base.n, r->path.n);
	if (!r->path.n)
		r->path = TEXT("/");
	return true;
}

static unsigned read_method(struct req *r)
{
	static const struct {
		const char *name;
		enum route_method method;
	} known[] = {
		{ "GET", GET },   { "HEAD", GET },      { "PUT", PUT },
		{ "POST", POST }, { "DELETE", DELETE }, { "PATCH", PATCH },
	};
	const struct transport *t = r->server->t;

	r->method = text_from(t->param(t->ctx, "REQUEST_METHOD", 0));
	if (!r->method.p)
		r->method = TEXT("GET");
	r->head = text_eq(r->method, TEXT("HEAD"));
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (text_eq(r->method, text_from(known[i].name))) {
			if (r->head)
				r->method = TEXT("GET");
			return known[i].method;
		}
	return 0;
}

/* No CONTENT_LENGTH is a length of nothing: what comes all the same is an aborted request. */
static void read_length(struct req *r)
{
	struct text t = req_header(r, "Content-Length");

	r->server->has_length = !t.n || text_u64(t, 0, UINT64_MAX - 1, &r->content_length);
	r->server->body_left = r->content_length;
}

/* A page about what is not there greets who is signed in as all pages do. */
static void greet(struct req *r)
{
	if (reply_wants_page(r))
		(void)!auth_page(r, AUTH_NONE);
}

static struct reply not_found(struct req *r)
{
	greet(r);
	return reply_err(r, err_new(r->arena, ERR_NOT_FOUND, "Not Found"));
}

static struct reply not_allowed(struct req *r)
{
	struct reply rp;

	greet(r);
	rp = reply_err(r, err_new_status(r->arena, ERR_INVALID, 405,
					 "Nothing can be done here in that way"));
	return rp.page ? rp : reply_empty(r, 405);
}

/* The body and the credentials, as the route declares them; then the handler. */
static struct reply run_route(struct req *r)
{
	const struct route *route = r->route;
	const struct err *e = NULL;
	struct json_object *json;
	struct text crate = TEXT_NONE;

	if (route->body == BODY_JSON) {
		e = req_body(r, route->body_max ? route->body_max : r->cfg->limits.body_bytes,
			     &r->body);
		if (!e) /* 415, 400 and 422 come before 403: contract/api.md 2.3 */
			e = route->list    ? req_json_read_list(r, route->shape)
			    : route->shape ? req_json_read(r, route->shape)
					   : req_json(r, &json);
	}
	if (route->page && !route->no_db)
		e = auth_page(r, route->auth);
	else if (!e && route->auth != AUTH_NONE && route->auth != AUTH_LATE)
		e = auth_require(r, route->auth);
	if (!e && route->body == BODY_FORM)
		e = form_read(r);
	if (!e && route->auth == AUTH_SCOPE) {
		if (route->crate_param)
			crate = req_path(r, route->crate_param);
		e = auth_scope(r, route->scope, crate);
	}
	if (!e && route->method != GET && !route->signs_in && !route->no_db)
		e = limit_read_only(r);
	return e ? reply_err(r, e) : route->fn(r);
}

/* From the route table on: contract/api.md 1.3. */
static struct reply run_match(struct req *r, const struct route_match *m)
{
	struct reply rp;

	if (!m->allow.p)
		return not_found(r);
	if (!m->route) {
		rp = not_allowed(r);
		reply_header(&rp, "Allow", m->allow);
		return rp;
	}
	memcpy(r->params, m->params, sizeof(r->params));
	r->nparams = m->nparams;
	if (block_route(r->cfg, m->route))
		return reply_err(r, err_new(r->arena, ERR_BUSY,
					    "This route is temporarily blocked. See %.*s/status.",
					    TEXT_F(r->cfg->site.url)));
	if (m->bad_param)
		return reply_err(r, err_new(r->arena, ERR_INVALID,
					    "Invalid URL: Invalid UTF-8 in `%s`", m->bad_param));
	return run_route(r);
}

static bool has_header(const struct reply *rp, const char *name)
{
	for (size_t i = 0; i < rp->nheaders; i++)
		if (!strcmp(rp->headers[i].name, name))
			return true;
	return false;
}

/* contract/web.md 14.4 */
static void page_headers(struct reply *rp)
{
	static const struct {
		const char *name, *value;
	} of_pages[] = {
		{ "Content-Security-Policy", PAGE_POLICY("") },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Permissions-Policy", "camera=(), geolocation=(), microphone=()" },
		{ "Referrer-Policy", "strict-origin-when-cross-origin" },
		{ "Strict-Transport-Security", "max-age=31536000" },
		{ "X-Content-Type-Options", "nosniff" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(of_pages); i++)
		if (!has_header(
			    rp,
			    of_pages[i]
				    .name)) /* raw files and READMEs have policies of their own */
			reply_header(rp, of_pages[i].name, text_from(of_pages[i].value));
}

/* contract/api.md 1.6: 302 is not among them, as upstream has it. */
static void common_headers(struct reply *rp)
{
	static const uint16_t plain[] = { 200, 201, 204, 206, 301, 303, 304, 307, 308 };

	reply_header(rp, "Access-Control-Allow-Origin", TEXT("*"));
	reply_header(rp, "Strict-Transport-Security", TEXT("max-age=31536000"));
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		if (plain[i] != rp->status)
			continue;
		reply_header(rp, "X-Content-Type-Options", TEXT("nosniff"));
		reply_header(rp, "X-Frame-Options", TEXT("SAMEORIGIN"));
		reply_header(rp, "X-XSS-Protection", TEXT("0"));
	}
}

/* A body in memory gets its hash as validator, unless the handler had a better one, so that an unchanged answer costs a 304. */
static void add_validator(struct req *r, struct reply *rp)
{
	struct buf hex = buf_init(r->arena, 32);
	struct sha256 sha;

	if (rp->status != 200 || rp->stream || rp->file.p || !rp->body.p || !r->route ||
	    rp->no_validator || r->route->method != GET || r->route->no_store ||
	    has_header(rp, "ETag"))
		return;
	if (r->validator.p) {
		reply_validator(r, rp, r->validator);
		return;
	}
	sha = sha256_of(rp->body);
	buf_hex(&hex, sha.b, 16);
	reply_validator(r, rp, buf_text(&hex));
}

unsigned cargo_status(const struct config *cfg, const struct route *route, unsigned status)
{
	static const struct {
		enum route_method method;
		const char *path;
	} of_cargo[] = {
		{ PUT, "/api/v1/crates/new" },
		{ GET, "/api/v1/crates" },
	};
	bool all = text_eq(cfg->server.cargo_status, TEXT("adjust-all"));

	if (!route || (!all && !text_eq(cfg->server.cargo_status, TEXT("adjust-success"))))
		return status;
	for (size_t i = 0; i < ARRAY_SIZE(of_cargo); i++)
		if (route->method == of_cargo[i].method && !strcmp(route->path, of_cargo[i].path))
			return all || (status >= 200 && status < 300) ? 200 : status;
	return status;
}

static struct reply answer(struct req *r, unsigned method, bool inside)
{
	struct route_match m = { 0 };
	const struct err *e;
	struct reply rp;

	if (inside)
		router_match(r->app->router, r->arena, method, r->path, &m);
	r->route = m.route;
	if (block_check(r, &rp)) { /* without the common headers, as upstream's layers lie */
		rp.status = cargo_status(r->cfg, r->route, rp.status);
		return rp;
	}
	e = gate_closed(r) ? gate_check(r) : NULL;
	rp = e ? gate_refuse(r, e) : run_match(r, &m);
	if (r->route && r->route->no_store && rp.status < 300)
		reply_header(&rp, "Cache-Control", TEXT("no-store"));
	add_validator(r, &rp);
	if (gate_closed(r))
		gate_headers(r, &rp);
	if (!e && rp.status != 304) /* who may not come in hears so, whatever he asks by */
		rp.status = cargo_status(r->cfg, r->route, rp.status);
	if (rp.page || (r->route && r->route->page))
		page_headers(&rp);
	else
		common_headers(&rp);
	return rp;
}

static void count_request(const struct req *r, const struct reply *rp, int64_t us)
{
	metrics_end(r->app->metrics, &(struct metrics_request){
					     .route = r->route,
					     .status = rp->status,
					     .us = us,
					     .bytes = r->server->sent_bytes,
					     .queries = r->db ? db_counts(r->db).queries : 0,
					     .connected = r->db && db_connected(r->db),
				     });
}

static void log_request(const struct req *r, const struct reply *rp, bool sent, int64_t us)
{
	struct db_counts c = r->db ? db_counts(r->db) : (struct db_counts){ 0 };
	const struct err *e = rp->err;
	bool ours = e && (e->kind == ERR_INTERNAL || e->kind == ERR_BUSY);

	LOG_LINE(ours ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, log_text("id", r->id),
		 log_text("method", r->head ? TEXT("HEAD") : r->method),
		 log_z("route", r->route ? r->route->path : "-"), log_u64("status", rp->status),
		 log_i64("ms", us / US_PER_MS), log_i64("us", us),
		 log_i64("db_ms", c.us / US_PER_MS), log_u64("db_n", c.queries),
		 log_u64("bytes", r->server->sent_bytes), log_u64("arena", arena_used(r->arena)),
		 log_text("user", r->user.login), log_text("ip", r->remote_ip),
		 log_z("err", e ? err_kind_name(e->kind) : NULL),
		 log_text("detail", e ? e->detail : TEXT_NONE),
		 log_text("cause", e ? e->cause : TEXT_NONE), log_z("where", e ? e->where : NULL),
		 log_z("sent", sent ? NULL : "cut"));
}

void dispatch_request(const struct app *app, struct arena *a, const struct transport *t)
{
	struct req_server server = { .t = t, .start_us = time_monotonic_us() };
	struct req *r = arena_alloc(a, sizeof(*r));
	struct reply rp;
	unsigned method;
	bool inside, sent;
	int64_t us;

	metrics_begin(app->metrics);
	r->arena = a;
	r->app = app;
	r->cfg = app->cfg;
	r->db = app->db;
	r->server = &server;
	if (r->db) {
		db_use_arena(r->db, a);
		db_count_reset(r->db);
	}
	r->id = request_id(r);
	bug_request_id(text_z(a, r->id));
	r->remote_ip = client_ip(r);
	method = read_method(r);
	inside = read_path(r);
	read_length(r);
	rp = answer(r, method, inside);
	sent = reply_send(r, &rp);
	us = time_monotonic_us() - server.start_us;
	count_request(r, &rp, us);
	log_request(r, &rp, sent, us);
	bug_request_id(NULL);
}
