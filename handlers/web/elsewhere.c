#include "handlers/web/elsewhere.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/base/url.h"
#include "db/docs_build.h"

enum { BUILT_S = 3600, NOT_BUILT_S = 600, URL_MAX_BYTES = 4096 };

/* ---- documentation */

static bool is_asked(const struct req *r, const struct crate_frame *f)
{
	return f->has_version && r->cfg->site.docs_url.n && r->cfg->site.docs_status;
}

/* Without an answer a library is taken to be built where nobody is asked. */
static bool is_built(const struct req *r, const struct crate_frame *f)
{
	const struct version_view *x = &f->version;

	if (is_asked(r, f))
		return f->facts.docs_built.set && f->facts.docs_built.v;
	return r->cfg->site.docs_url.n && x->has_lib.set && x->has_lib.v;
}

static bool is_of_that_site(struct req *r, struct text url)
{
	struct text host = url_host(r->arena, url);

	return host.p && text_eq(host, url_host(r->arena, r->cfg->site.docs_url));
}

struct text docs_href(struct req *r, const struct crate_frame *f)
{
	const struct version_view *x = &f->version;
	struct text own = x->documentation, base = r->cfg->site.docs_url;
	struct buf b = buf_init(r->arena, URL_MAX_BYTES);

	if (!is_built(r, f) || (own.n && !(is_asked(r, f) && is_of_that_site(r, own))))
		return own.n ? own : TEXT_NONE;
	buf_add(&b, base);
	buf_byte(&b, '/');
	buf_add(&b, x->crate);
	buf_byte(&b, '/');
	buf_add(&b, x->num);
	return buf_text(&b);
}

void docs_refresh(struct req *r, const struct crate_frame *f)
{
	int64_t age_us = time_now_us() - f->facts.docs_asked_us.v;
	int64_t kept_s = f->facts.docs_built.v ? BUILT_S : NOT_BUILT_S;
	struct docs_wish wish = {
		.version_id = f->version.id,
		.is_default = f->version.id == f->crate.default_version_id.v,
		.recent_downloads = f->crate.recent_downloads.v,
	};
	const struct err *e;

	if (!is_asked(r, f) || f->facts.docs_wanted_us.set || r->cfg->server.read_only ||
	    (f->facts.docs_asked_us.set && age_us < kept_s * US_PER_S))
		return;
	e = db_docs_want(r->db, &wish);
	if (e && !err_is(e, ERR_NOT_FOUND)) /* the version has just gone */
		log_err(LOG_LEVEL_WARN, "documentation is not asked for", e);
}

/* ---- playground */

/* upstream: svelte/src/lib/utils/playground.ts */
struct text playground_href(struct req *r, const struct crate_frame *f)
{
	struct buf b = buf_init(r->arena, URL_MAX_BYTES);
	struct text id = f->facts.playground, url = r->cfg->playground.url;

	if (!id.n || !url.n)
		return TEXT_NONE;
	buf_add(&b, url);
	buf_add(&b, TEXT("/?edition=2021&code="));
	buf_url(&b, text_fmt(r->arena,
			     "use %.*s;\n\nfn main() {\n    // try using the `%.*s` crate here\n}",
			     TEXT_F(id), TEXT_F(id)));
	return buf_text(&b);
}
