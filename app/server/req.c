#include "app/server/req.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/server/router.h"
#include "app/server/transport.h"

#include <string.h>

enum { HEADER_NAME_MAX = 128, HEADER_TIMES_MAX = 16, QUERY_PARAMS_MAX = 1000 };

struct text req_path(const struct req *r, const char *name)
{
	for (size_t i = 0; i < r->nparams; i++)
		if (text_eq(r->params[i].name, text_from(name)))
			return r->params[i].value;
	BUG_ON(true);
	return TEXT_NONE;
}

/* RFC 9110 5.3, and RFC 9113 8.2.3 for cookies. */
static struct text all_of(const struct req *r, const char *key)
{
	const struct transport *t = r->server->t;
	const char *comma = strcmp(key, "HTTP_COOKIE") ? ", " : "; ";
	struct text all = text_from(t->param(t->ctx, key, 0));
	const char *more;

	for (size_t i = 1; i < HEADER_TIMES_MAX && (more = t->param(t->ctx, key, i)); i++)
		all = text_fmt(r->arena, "%.*s%s%s", TEXT_F(all), comma, more);
	return all;
}

/* RFC 3875 4.1.18: HTTP_ and the name in capitals with '-' as '_'; two headers have names of their
 * own. */
struct text req_header(const struct req *r, const char *name)
{
	char key[HEADER_NAME_MAX] = "HTTP_";
	size_t n = strlen(name), at = 5;
	struct text t = text_from(name);

	BUG_ON(n + 6 > sizeof(key));
	if (text_eq_nocase(t, TEXT("Content-Type")) || text_eq_nocase(t, TEXT("Content-Length")))
		at = 0;
	for (size_t i = 0; i < n; i++) {
		char c = name[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		key[at++] = c == '-' ? '_' : c;
	}
	key[at] = '\0';
	return all_of(r, key);
}

struct query_pair *req_query_all(struct req *r, size_t *ret_n)
{
	struct req_server *s = r->server;

	if (!s->query)
		s->query = query_parse(r->arena, r->query, QUERY_PARAMS_MAX, &s->nquery);
	*ret_n = s->nquery;
	return s->query;
}

static const struct err *query_one(struct req *r, const char *name, bool form, struct text *ret)
{
	struct text want = text_from(name), found = TEXT_NONE;
	size_t n, seen = 0;
	const struct query_pair *kv = req_query_all(r, &n);

	for (size_t i = 0; i < n; i++) {
		if (!text_eq(kv[i].name, want))
			continue;
		found = kv[i].value;
		if (++seen == 1)
			continue;
		if (form)
			return err_new(r->arena, ERR_INVALID,
				       "Failed to deserialize query string: %s: unsupported value",
				       name);
		return err_new(r->arena, ERR_INVALID,
			       "Failed to deserialize query string: duplicate field `%s`", name);
	}
	*ret = form && !found.n ? TEXT_NONE : found;
	return NULL;
}

static const struct err *without_nul(struct req *r, const char *name, struct text value)
{
	if (!text_has_byte(value, '\0'))
		return NULL;
	return err_new(r->arena, ERR_INVALID,
		       "Failed to deserialize query string: %s: string contains null byte", name);
}

const struct err *req_query(struct req *r, const char *name, struct text *ret)
{
	const struct err *e = query_one(r, name, false, ret);

	return e ? e : without_nul(r, name, *ret);
}

const struct err *req_query_form(struct req *r, const char *name, struct text *ret)
{
	const struct err *e = query_one(r, name, true, ret);

	return e ? e : without_nul(r, name, *ret);
}

const struct err *req_query_word(struct req *r, const char *name, struct text *ret)
{
	return query_one(r, name, false, ret);
}

const struct err *req_query_form_word(struct req *r, const char *name, struct text *ret)
{
	return query_one(r, name, true, ret);
}

const struct err *req_query_list(struct req *r, const char *name, size_t max, struct texts *ret)
{
	struct text want = text_from(name);
	struct texts all = { 0 };
	size_t n;
	const struct query_pair *kv = req_query_all(r, &n);

	all.v = arena_array(r->arena, n ? n : 1, sizeof(*all.v));
	for (size_t i = 0; i < n; i++) {
		if (!text_eq(kv[i].name, want))
			continue;
		if (text_has_byte(kv[i].value, '\0'))
			return err_new(r->arena, ERR_INVALID,
				       "Failed to deserialize query string: %s[%zu]: string "
				       "contains null byte",
				       name, all.n);
		all.v[all.n++] = kv[i].value;
	}
	if (all.n > max)
		return err_new(r->arena, ERR_INVALID,
			       "Failed to deserialize query string: %s: more than %zu values", name,
			       max);
	*ret = all;
	return NULL;
}

struct event_source req_event_source(const struct req *r)
{
	return (struct event_source){ r->remote_ip, req_header(r, "User-Agent") };
}

struct text req_cookie(const struct req *r, const char *name)
{
	return cookie_find(req_header(r, "Cookie"), text_from(name));
}

static const struct err *aborted(struct req *r)
{
	return err_new(r->arena, ERR_INVALID, "the request body did not arrive whole");
}

/* After the announced length there must be the end, reached in good order: anything else is an
 * aborted request. */
static const struct err *body_end(struct req *r)
{
	struct req_server *s = r->server;
	char more;

	if (s->body_ended)
		return NULL;
	if (s->t->read(s->t->ctx, &more, 1) || s->t->read_failed(s->t->ctx))
		return aborted(r);
	s->body_ended = true;
	return NULL;
}

const struct err *req_read(struct req *r, void *p, size_t n, size_t *ret_n)
{
	struct req_server *s = r->server;
	const struct err *e;
	size_t got;

	if (!s->has_length)
		return aborted(r);
	if (!s->body_left) {
		e = body_end(r);
		if (!e)
			*ret_n = 0;
		return e;
	}
	if (n > s->body_left)
		n = (size_t)s->body_left;
	got = s->t->read(s->t->ctx, p, n);
	if (got < n || s->t->read_failed(s->t->ctx))
		return aborted(r);
	s->body_left -= got;
	*ret_n = got;
	return NULL;
}

const struct err *req_body(struct req *r, uint64_t max, struct text *ret)
{
	const struct err *e;
	size_t n, end;
	char *p;

	if (r->content_length > max)
		return err_new_status(r->arena, ERR_INVALID, 413,
				      "Failed to buffer the request body: length limit exceeded");
	p = arena_alloc(r->arena, (size_t)r->content_length + 1);
	e = req_read(r, p, (size_t)r->content_length, &n);
	if (e)
		return e;
	if (n) {
		e = req_read(r, &p[n], 1, &end);
		if (e)
			return e;
	}
	*ret = (struct text){ p, n };
	return NULL;
}
