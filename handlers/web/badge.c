/* handlers/web/badge.c - GET /crates/{name}/badge.svg?show=version|downloads|license|msrv (contract/web.md 13.5, P63) */
#include "app/base/config.h"
#include "app/server/req.h"
#include "db/crate_view.h"
#include "db/version_view.h"
#include "handlers/routes.h"
#include "templates/svg_badge.h"
#include "templates/tmpl.h"

enum show { SHOW_VERSION, SHOW_DOWNLOADS, SHOW_LICENSE, SHOW_MSRV };

static const char *const shows[] = { "version", "downloads", "license", "msrv" };

static const struct err *wanted(struct req *r, enum show *ret)
{
	struct text show;
	const struct err *e = req_query(r, "show", &show);

	if (e)
		return e;
	*ret = SHOW_VERSION;
	if (!show.p)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(shows); i++)
		if (text_eq(show, text_from(shows[i]))) {
			*ret = (enum show)i;
			return NULL;
		}
	return err_new(r->arena, ERR_INVALID,
		       "show is one of version, downloads, license and msrv");
}

static struct text known(struct text t)
{
	return t.n ? t : TEXT("unknown");
}

static void draw_version(struct buf *b, struct req *r, const struct crate_view *c)
{
	bool yanked = c->default_yanked.set && c->default_yanked.v;

	svg_badge(b, r->cfg->site.title,
		  yanked                 ? TEXT("yanked")
		  : c->default_version.n ? text_fmt(r->arena, "v%.*s", TEXT_F(c->default_version))
					 : TEXT("unknown"),
		  yanked ? BADGE_ORANGE : BADGE_BLUE);
}

static void draw_downloads(struct buf *b, struct req *r, const struct crate_view *c)
{
	svg_badge(b, TEXT("downloads"), text_dup(r->arena, text_from(num_short(c->downloads).s)),
		  BADGE_GREEN);
}

/* What the crate's default version says of itself. */
static const struct err *draw_of_version(struct buf *b, struct req *r, const struct crate_view *c,
					 enum show show)
{
	struct version_view v = { 0 };
	const struct err *e = NULL;

	if (c->default_version_id.set)
		e = db_version_view_by_id(r->db, c->default_version_id.v, &v);
	if (e)
		return e;
	if (show == SHOW_LICENSE)
		svg_badge(b, TEXT("license"), known(v.license),
			  v.license.n ? BADGE_BLUE : BADGE_GREY);
	else
		svg_badge(b, TEXT("rustc"),
			  v.rust_version.n ? text_fmt(r->arena, "%.*s+", TEXT_F(v.rust_version))
					   : TEXT("unknown"),
			  v.rust_version.n ? BADGE_ORANGE : BADGE_GREY);
	return NULL;
}

static struct reply badge_get(struct req *r)
{
	struct buf b = buf_init(r->arena, SVG_BADGE_BYTES);
	struct crate_view crate;
	struct text svg;
	struct reply rp;
	enum show show;
	const struct err *e = wanted(r, &show);

	if (!e)
		e = db_crate_view(r->db, req_path(r, "name"), &crate);
	if (!e && show == SHOW_VERSION)
		draw_version(&b, r, &crate);
	else if (!e && show == SHOW_DOWNLOADS)
		draw_downloads(&b, r, &crate);
	else if (!e)
		e = draw_of_version(&b, r, &crate, show);
	if (!e)
		e = buf_done(&b, &svg);
	if (e)
		return reply_err(r, e);
	rp = reply_text(r, 200, "image/svg+xml", svg);
	reply_header(&rp, "Cache-Control", TEXT("public, max-age=600"));
	/* opened by itself it is a document of this site */
	reply_header(&rp, "Content-Security-Policy", TEXT("default-src 'none'; sandbox"));
	return rp;
}

const struct route badge_routes[] = {
	ROUTE(GET, "/crates/{name}/badge.svg", badge_get, .auth = AUTH_NONE,
	      .doc = "Version, downloads, license or MSRV as a picture"),
	ROUTE_END,
};
