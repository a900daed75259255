/*
 * handlers/web/suggest.c - GET /suggest?q= (contract/web.md P71, 15.2): names that begin so, for browsers and for the search field.
 * The form is that of OpenSearch's suggestions: what was typed, names, descriptions (none), addresses.
 */
#include "db/suggest.h"
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/jw.h"
#include "app/registry/name.h"
#include "app/server/req.h"
#include "handlers/routes.h"

enum { ANSWER_MAX_BYTES = 64 * 1024, ECHO_MAX_BYTES = 1000 };

static bool may_begin_a_name(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (!char_is_alnum(t.p[i]) && t.p[i] != '-' && t.p[i] != '_')
			return false;
	return t.n && t.n <= NAME_MAX_CHARS;
}

static struct text write(struct req *r, struct text q, const struct suggestion *v, size_t n)
{
	struct buf b = buf_init(r->arena, ANSWER_MAX_BYTES);
	struct jw j = jw_init(&b);

	jw_array(&j, NULL);
	jw_text(&j, NULL, q);
	jw_array(&j, NULL);
	for (size_t i = 0; i < n; i++)
		jw_text(&j, NULL, v[i].name);
	jw_end(&j);
	jw_array(&j, NULL);
	for (size_t i = 0; i < n; i++)
		jw_text(&j, NULL, TEXT(""));
	jw_end(&j);
	jw_array(&j, NULL);
	for (size_t i = 0; i < n; i++)
		jw_text(&j, NULL,
			text_fmt(r->arena, "%.*s/crates/%.*s", TEXT_F(r->cfg->site.url),
				 TEXT_F(v[i].name)));
	jw_end(&j);
	jw_end(&j);
	return buf_text(&b);
}

static struct reply suggest_get(struct req *r)
{
	struct suggestion *v = NULL;
	struct text q;
	struct reply rp;
	size_t n = 0;
	const struct err *e = req_query(r, "q", &q);

	if (e)
		return reply_err(r, e);
	q = q.p ? text_sub(text_trim(q), 0, ECHO_MAX_BYTES) : TEXT("");
	if (may_begin_a_name(q))
		e = db_suggest(r->db, q, &v, &n);
	if (e)
		return reply_err(r, e);
	rp = reply_text(r, 200, "application/x-suggestions+json",
			write(r, text_lossy(r->arena, q), v, n));
	reply_header(&rp, "Cache-Control", TEXT("public, max-age=300"));
	return rp;
}

const struct route suggest_routes[] = {
	ROUTE(GET, "/suggest", suggest_get, .auth = AUTH_NONE,
	      .doc = "Names that begin with what was typed"),
	ROUTE_END,
};
