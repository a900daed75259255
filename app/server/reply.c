#include "config.h"

#include "app/server/reply.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "app/server/req.h"
#include "app/server/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	HEAD_MAX_BYTES = 64 * 1024,
	LOCATION_MAX_BYTES = 16 * 1024,
	FILE_PART_BYTES = 64 * 1024,
	BUSY_RETRY_S = 30
};

static const struct {
	unsigned status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
};

static const char *reason_of(unsigned status)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

void reply_header(struct reply *rp, const char *name, struct text value)
{
	BUG_ON(rp->nheaders == REPLY_HEADERS_MAX);
	BUG_ON(text_has_byte(value, '\r') || text_has_byte(value, '\n') ||
	       text_has_byte(value, '\0'));
	rp->headers[rp->nheaders++] = (struct reply_header){ name, value };
}

struct reply reply_text(struct req *r, unsigned status, const char *type, struct text body)
{
	(void)r;
	return (struct reply){ .status = status, .type = type, .body = body };
}

struct reply reply_json(struct req *r, unsigned status, struct text json)
{
	return reply_text(r, status, "application/json", json);
}

struct reply reply_empty(struct req *r, unsigned status)
{
	return reply_text(r, status, NULL, TEXT_NONE);
}

struct reply reply_redirect(struct req *r, unsigned status, struct text location)
{
	struct reply rp;

	if (location.n > LOCATION_MAX_BYTES)
		return reply_err(r, err_new_status(r->arena, ERR_INVALID, 414, "URI Too Long"));
	rp = reply_empty(r, status);
	reply_header(&rp, "Location", location);
	return rp;
}

/* Retry-After is a moment for 429 (the text names the same one) and seconds for 503. */
static void retry_after(struct req *r, struct reply *rp, const struct err *e)
{
	if (rp->status == 429 && e->retry_at_us)
		reply_header(rp, "Retry-After",
			     text_dup(r->arena, text_from(time_http(e->retry_at_us).s)));
	else if (rp->status == 503 || e->retry_after_s)
		reply_header(rp, "Retry-After",
			     text_fmt(r->arena, "%" PRId64,
				      e->retry_after_s ? e->retry_after_s : BUSY_RETRY_S));
}

bool reply_wants_page(struct req *r)
{
	static const char *const machines[] = { "/api/",    "/git/",    "/index/",
						"/static/", "/assets/", "/rss/" };
	struct text accept = req_header(r, "Accept");

	if (r->route)
		return r->route->page;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (text_starts(r->path, text_from(machines[i])))
			return false;
	return text_find(accept, TEXT("html")) < accept.n ||
	       text_find(accept, TEXT("json")) == accept.n;
}

static struct reply json_error(struct req *r, const struct err *e)
{
	struct buf b = buf_init(r->arena, 16 * 1024 * 1024);
	struct text detail = e->detail;
	struct jw j = jw_init(&b);

	if (e->kind == ERR_INTERNAL && err_status(e) == 500)
		detail = TEXT("Internal Server Error");
	if (!text_is_utf8(detail))
		detail = text_lossy(r->arena, detail);
	jw_object(&j, NULL);
	jw_array(&j, "errors");
	jw_object(&j, NULL);
	jw_text(&j, "detail", detail);
	jw_end(&j);
	jw_end(&j);
	jw_end(&j);
	return reply_json(r, err_status(e), buf_text(&b));
}

struct reply reply_err(struct req *r, const struct err *e)
{
	struct reply rp = reply_wants_page(r) ? route_error_page(r, e) : json_error(r, e);

	rp.err = e;
	retry_after(r, &rp, e);
	return rp;
}

struct reply reply_stream(struct req *r, unsigned status, const char *type,
			  bool (*fn)(struct req *r, void *ctx,
				     bool (*write)(struct req *r, struct text part)),
			  void *ctx)
{
	struct reply rp = reply_empty(r, status);

	rp.type = type;
	rp.stream = fn;
	rp.stream_ctx = ctx;
	return rp;
}

/* ---- files */

static bool stream_file(struct req *r, void *ctx, bool (*write)(struct req *r, struct text part))
{
	int fd = *(int *)ctx;
	char *p = arena_alloc(r->arena, FILE_PART_BYTES);
	ssize_t n;

	while ((n = read(fd, p, FILE_PART_BYTES)) > 0)
		if (!write(r, (struct text){ p, (size_t)n }))
			return false;
	return n == 0;
}

/* No component is "..", and none a symbolic link of our own making: paths come from names of a
 * known grammar. */
static bool path_inside(struct text path)
{
	struct text rest = path, part;

	while (text_cut(&rest, '/', &part))
		if (!part.n || text_eq(part, TEXT("..")) || text_eq(part, TEXT(".")))
			return false;
	return !text_has_byte(path, '\0');
}

static struct text url_path(struct arena *a, struct text prefix, struct text path)
{
	struct buf b = buf_init(a, 64 * 1024);
	struct text rest = path, part;

	buf_add(&b, prefix);
	while (text_cut(&rest, '/', &part)) {
		buf_byte(&b, '/');
		buf_url(&b, part);
	}
	return buf_text(&b);
}

static struct reply file_absent(struct req *r, int saved_errno, const char *path)
{
	if (saved_errno == ENOENT || saved_errno == ENOTDIR || saved_errno == EISDIR)
		return reply_err(r, err_new(r->arena, ERR_NOT_FOUND, "Not Found"));
	return reply_err(r, err_errno(r->arena, saved_errno, "%s", path));
}

struct reply reply_file(struct req *r, const char *type, struct text path_below_data)
{
	struct text full =
		text_fmt(r->arena, "%.*s/%.*s", TEXT_F(r->cfg->data.dir), TEXT_F(path_below_data));
	struct reply rp = reply_empty(r, 200);
	struct stat st;
	int *fd;

	BUG_ON(!path_inside(path_below_data));
	fd = arena_alloc(r->arena, sizeof(*fd));
	*fd = open(full.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0)
		return file_absent(r, errno, full.p);
	arena_defer_close(r->arena, *fd);
	if (fstat(*fd, &st) || !S_ISREG(st.st_mode))
		return file_absent(r, EISDIR, full.p);
	rp.type = type;
	rp.file = full;
	if (r->cfg->server.sendfile == SENDFILE_X_ACCEL) {
		reply_header(&rp, "X-Accel-Redirect",
			     url_path(r->arena, r->cfg->server.sendfile_prefix, path_below_data));
		return rp;
	}
	if (r->cfg->server.sendfile == SENDFILE_X_SENDFILE) {
		reply_header(&rp, "X-Sendfile", full);
		return rp;
	}
	reply_header(&rp, "Last-Modified",
		     text_dup(r->arena, text_from(time_http((int64_t)st.st_mtime * US_PER_S).s)));
	rp.stream = stream_file;
	rp.stream_ctx = fd;
	rp.has_length = true;
	rp.length = (uint64_t)st.st_size;
	reply_validator(r, &rp,
			text_fmt(r->arena, "%llx-%llx", (unsigned long long)st.st_mtime,
				 (unsigned long long)st.st_size));
	return rp;
}

/* ---- validators and cookies */

/* RFC 9110 13.1.2: weak comparison, so W/ is passed over. */
static bool tag_listed(struct text list, struct text etag)
{
	struct text rest = list, part;

	if (text_eq(text_trim(list), TEXT("*")))
		return true;
	while (text_cut(&rest, ',', &part)) {
		part = text_trim(part);
		if (text_starts(part, TEXT("W/")))
			part = text_sub(part, 2, part.n);
		if (text_eq(part, etag))
			return true;
	}
	return false;
}

static struct text etag_of(struct req *r, struct text tag)
{
	return text_fmt(r->arena, "\"%.*s\"", TEXT_F(tag));
}

static bool client_has(struct req *r, struct text etag)
{
	struct text given = req_header(r, "If-None-Match");

	return text_eq(r->method, TEXT("GET")) && given.p && tag_listed(given, etag);
}

bool reply_stamp(struct req *r, struct text stamp)
{
	struct buf hex = buf_init(r->arena, 32);
	struct sha256 sha = sha256_of(text_fmt(r->arena, "%s %.*s\n%.*s?%.*s", PACKAGE_VERSION,
					       TEXT_F(stamp), TEXT_F(r->path), TEXT_F(r->query)));

	buf_hex(&hex, sha.b, 16);
	r->validator = buf_text(&hex);
	return client_has(r, etag_of(r, r->validator));
}

struct reply reply_unchanged(struct req *r)
{
	struct reply rp = reply_empty(r, 304);

	reply_header(&rp, "ETag", etag_of(r, r->validator));
	return rp;
}

void reply_validator(struct req *r, struct reply *rp, struct text tag)
{
	struct text etag = etag_of(r, tag);

	reply_header(rp, "ETag", etag);
	if (rp->status != 200 || !client_has(r, etag))
		return;
	rp->status = 304;
	rp->type = NULL;
	rp->body = TEXT_NONE;
	rp->stream = NULL;
	rp->has_length = false;
}

void reply_cookie(struct req *r, struct reply *rp, struct text name, struct text value,
		  int64_t max_age_s)
{
	bool https = text_starts(r->cfg->site.url, TEXT("https://"));

	reply_header(rp, "Set-Cookie",
		     text_fmt(r->arena,
			      "%.*s=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%" PRId64 "%s",
			      TEXT_F(name), TEXT_F(value), max_age_s, https ? "; Secure" : ""));
}

/* ---- sending */

static bool write_part(struct req *r, struct text part)
{
	r->server->sent_bytes += part.n;
	return r->server->t->write(r->server->t->ctx, part.p, part.n);
}

static bool bodiless(unsigned status)
{
	return status == 204 || status == 304 || status < 200;
}

/* Without its line end: it begins with that of the line before. */
static void add_header(struct buf *b, const char *name, struct text value)
{
	buf_add(b, TEXT("\r\n"));
	buf_add(b, text_from(name));
	buf_add(b, TEXT(": "));
	buf_add(b, value);
}

static struct text head_text(struct req *r, const struct reply *rp)
{
	struct buf b = buf_init(r->arena, HEAD_MAX_BYTES);
	bool whole = !rp->stream && !rp->file.p && !bodiless(rp->status);

	buf_add(&b, TEXT("Status: "));
	buf_u64(&b, rp->status);
	buf_byte(&b, ' ');
	buf_add(&b, text_from(reason_of(rp->status)));
	if (rp->type)
		add_header(&b, "Content-Type", text_from(rp->type));
	for (size_t i = 0; i < rp->nheaders; i++)
		add_header(&b, rp->headers[i].name, rp->headers[i].value);
	if (rp->has_length || whole) {
		add_header(&b, "Content-Length", TEXT(""));
		buf_u64(&b, rp->has_length ? rp->length : rp->body.n);
	}
	buf_add(&b, TEXT("\r\n\r\n"));
	BUG_ON(!buf_ok(&b));
	return buf_text(&b);
}

bool reply_send(struct req *r, const struct reply *rp)
{
	struct text head = head_text(r, rp);
	const struct transport *t = r->server->t;
	bool ok = t->write(t->ctx, head.p, head.n);

	if (!ok || r->head || bodiless(rp->status))
		return ok;
	if (!rp->stream)
		return !rp->body.n || write_part(r, rp->body);
	ok = rp->stream(r, rp->stream_ctx, write_part);
	if (ok && rp->has_length)
		ok = r->server->sent_bytes == rp->length;
	if (!ok)
		t->cut(t->ctx);
	return ok;
}
