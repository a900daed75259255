/* handlers/web/banner.c - POST /banner/dismiss: a banner is not shown again to this browser (contract/web.md W011) */
#include "app/server/banner.h"
#include "app/base/arena.h"
#include "handlers/routes.h"
#include "handlers/web/page.h"

static struct reply dismiss_post(struct req *r)
{
	struct reply rp = page_go(r, page_local(req_form(r, "return_to")));

	page_dismiss(r, &rp, req_form(r, "id"));
	return rp;
}

const struct route banner_routes[] = {
	ROUTE(POST, "/banner/dismiss", dismiss_post, .open = true, .auth = AUTH_NONE, .page = true,
	      .body = BODY_FORM, .body_max = 8192, .no_db = true,
	      .doc = "A banner is not shown again"),
	ROUTE_END,
};
