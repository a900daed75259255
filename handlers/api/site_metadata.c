/* handlers/api/site_metadata.c - GET /api/v1/site_metadata (contract/api.md 28) */
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/jw.h"
#include "app/server/banner.h"
#include "app/server/req.h"
#include "handlers/routes.h"

static struct reply site_metadata_get(struct req *r)
{
	struct banner banners[BANNER_KINDS];
	size_t n = banners_in_force(r, true, banners);
	struct buf b = buf_init(r->arena, 64 * 1024);
	struct jw j = jw_init(&b);
	struct reply rp;

	jw_object(&j, NULL);
	jw_text(&j, "deployed_sha", TEXT("unknown")); /* of a checkout; this is a release */
	jw_text(&j, "commit", TEXT("unknown"));
	/* Where clients find {cdn_base}/crates/... and /readmes/...: the web server's plain files. */
	jw_text(&j, "cdn_base", text_fmt(r->arena, "%.*s/static", TEXT_F(r->cfg->site.url)));
	jw_bool(&j, "read_only", r->cfg->server.read_only);
	jw_text_or_null(&j, "banner_message", n ? banners[0].message : TEXT_NONE);
	jw_end(&j);
	rp = reply_json(r, 200, buf_text(&b));
	reply_header(&rp, "Cache-Control", TEXT("public, max-age=15"));
	return rp;
}

const struct route site_metadata_routes[] = {
	ROUTE(GET, "/api/v1/site_metadata", site_metadata_get, .open = true, .auth = AUTH_NONE,
	      .no_db = true, .doc = "What the site says of itself"),
	ROUTE_END,
};
