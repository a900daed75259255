#include "app/server/form.h"

#include "app/base/arena.h"
#include "app/base/hash.h"
#include "app/server/auth.h"

enum { FORM_MAX_BYTES = 64 * 1024, FIELDS_MAX = 1000 };

static const struct err *check_type(struct req *r)
{
	struct text type = req_header(r, "Content-Type"), word;

	if (type.p && text_cut(&type, ';', &word) &&
	    text_eq_nocase(text_trim(word), TEXT("application/x-www-form-urlencoded")))
		return NULL;
	return err_new_status(r->arena, ERR_INVALID, 415,
			      "Expected a form (application/x-www-form-urlencoded)");
}

static const struct err *parse(struct req *r, struct text body)
{
	r->form = query_parse(r->arena, body, FIELDS_MAX + 1, &r->nform);
	if (r->nform > FIELDS_MAX)
		return err_new(r->arena, ERR_INVALID, "The form has more than %d fields",
			       FIELDS_MAX);
	for (size_t i = 0; i < r->nform; i++)
		if (text_has_byte(r->form[i].name, '\0') || text_has_byte(r->form[i].value, '\0'))
			return err_new(r->arena, ERR_INVALID, "The form holds a NUL character");
	return NULL;
}

static const struct err *foreign(struct req *r)
{
	return err_new(
		r->arena, ERR_AUTH,
		"This form was not sent from a page of this site, or from one that is too old. "
		"Load the page again and send it once more.");
}

static const struct err *check_source(struct req *r)
{
	if (!auth_from_this_site(r))
		return foreign(r);
	if (r->user.how == AUTH_BY_COOKIE &&
	    !secret_eq(req_form(r, FORM_TOKEN_FIELD), r->user.form_token))
		return foreign(r);
	return NULL;
}

const struct err *form_read(struct req *r)
{
	uint64_t max = r->route->body_max ? r->route->body_max : FORM_MAX_BYTES;
	struct text body = TEXT_NONE;
	const struct err *e = check_type(r);

	if (!e)
		e = req_body(r, max, &body);
	if (!e)
		e = parse(r, body);
	return e ? e : check_source(r);
}

static const struct query_pair *find(const struct req *r, const char *name)
{
	for (size_t i = 0; i < r->nform; i++)
		if (text_eq(r->form[i].name, text_from(name)))
			return &r->form[i];
	return NULL;
}

struct text req_form(const struct req *r, const char *name)
{
	const struct query_pair *kv = find(r, name);

	return kv ? text_trim(kv->value) : TEXT_NONE;
}

struct text req_form_lines(const struct req *r, const char *name)
{
	const struct query_pair *kv = find(r, name);
	size_t n = 0;
	char *p;

	if (!kv)
		return TEXT_NONE;
	p = arena_alloc(r->arena, kv->value.n + 1);
	for (size_t i = 0; i < kv->value.n; i++) {
		char c = kv->value.p[i];

		if (c == '\r' && i + 1 < kv->value.n && kv->value.p[i + 1] == '\n')
			continue;
		p[n++] = c == '\r' ? '\n' : c;
	}
	return (struct text){ p, n };
}

struct texts req_form_list(const struct req *r, const char *name)
{
	struct texts all = { .v = arena_array(r->arena, r->nform + 1, sizeof(*all.v)) };

	for (size_t i = 0; i < r->nform; i++)
		if (text_eq(r->form[i].name, text_from(name)))
			all.v[all.n++] = text_trim(r->form[i].value);
	return all;
}

bool req_form_has(const struct req *r, const char *name)
{
	return find(r, name) != NULL;
}
