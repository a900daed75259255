#include "app/server/req.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/server/router.h"
#include "app/server/transport.h"

#include <string.h>

enum { HEADER_NAME_MAX = 128, QUERY_PARAMS_MAX = 1000 };

struct text req_path(const struct req *r, const char *name)
{
	for (size_t i = 0; i < r->nparams; i++)
		if (text_eq(r->params[i].name, text_from(name)))
			return r->params[i].value;
	BUG_ON(true);
	return TEXT_NONE;
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
	return text_from(r->server->t->param(r->server->t->ctx, key));
}

static struct text form_decode(struct arena *a, struct text t)
{
	char *p;

	if (text_has_byte(t, '+')) {
		p = arena_copy(a, t.p, t.n);
		for (size_t i = 0; i < t.n; i++)
			if (p[i] == '+')
				p[i] = ' ';
		t.p = p;
	}
	t = percent_decode(a, t);
	return text_is_utf8(t) ? t : text_lossy(a, t);
}

/* application/x-www-form-urlencoded as the url crate's form_urlencoded::parse reads it. */
struct req_kv *req_query_all(struct req *r, size_t *ret_n)
{
	struct req_server *s = r->server;
	struct text rest = r->query, pair, name;
	size_t most = 1;

	if (!s->query_parsed) {
		for (size_t i = 0; i < r->query.n; i++)
			most += r->query.p[i] == '&';
		most = most < QUERY_PARAMS_MAX ? most : QUERY_PARAMS_MAX;
		s->query = arena_array(r->arena, most, sizeof(*s->query));
		while (s->nquery < most && text_cut(&rest, '&', &pair)) {
			if (!pair.n)
				continue;
			(void)text_cut(&pair, '=', &name);
			s->query[s->nquery].name = form_decode(r->arena, name);
			s->query[s->nquery].value = pair.p ? form_decode(r->arena, pair) : TEXT("");
			s->nquery++;
		}
		s->query_parsed = true;
	}
	*ret_n = s->nquery;
	return s->query;
}

static const struct err *query_one(struct req *r, const char *name, bool form, struct text *ret)
{
	struct text want = text_from(name), found = TEXT_NONE;
	size_t n, seen = 0;
	const struct req_kv *kv = req_query_all(r, &n);

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
	if (text_has_byte(found, '\0'))
		return err_new(r->arena, ERR_INVALID,
			       "Failed to deserialize query string: %s: string contains null byte",
			       name);
	*ret = form && !found.n ? TEXT_NONE : found;
	return NULL;
}

const struct err *req_query(struct req *r, const char *name, struct text *ret)
{
	return query_one(r, name, false, ret);
}

const struct err *req_query_form(struct req *r, const char *name, struct text *ret)
{
	return query_one(r, name, true, ret);
}

const struct err *req_query_list(struct req *r, const char *name, size_t max, struct texts *ret)
{
	struct text want = text_from(name);
	struct texts all = { 0 };
	size_t n;
	const struct req_kv *kv = req_query_all(r, &n);

	all.v = arena_array(r->arena, n ? n : 1, sizeof(*all.v));
	for (size_t i = 0; i < n; i++) {
		if (!text_eq(kv[i].name, want))
			continue;
		if (text_has_byte(kv[i].value, '\0'))
			return err_new(
				r->arena, ERR_INVALID,
				"Failed to deserialize query string: %s: string contains null byte",
				name);
		all.v[all.n++] = kv[i].value;
	}
	if (all.n > max)
		return err_new(r->arena, ERR_INVALID,
			       "Failed to deserialize query string: %s: more than %zu values", name,
			       max);
	*ret = all;
	return NULL;
}

struct text req_cookie(const struct req *r, const char *name)
{
	struct text rest = req_header(r, "Cookie"), pair, key;

	while (text_cut(&rest, ';', &pair)) {
		(void)text_cut(&pair, '=', &key);
		if (pair.p && text_eq(text_trim(key), text_from(name)))
			return text_trim(pair);
	}
	return TEXT_NONE;
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
