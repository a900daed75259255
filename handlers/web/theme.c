/* handlers/web/theme.c - POST /theme: light, dark, or as the system says */
#include "handlers/routes.h"
#include "handlers/web/page.h"

static struct reply theme_post(struct req *r)
{
	struct text theme = req_form(r, "theme");
	struct reply rp = page_go(r, page_local(req_form(r, "return_to")));
	bool set = text_eq(theme, TEXT("light")) || text_eq(theme, TEXT("dark"));

	page_theme(r, &rp, set ? theme : TEXT_NONE);
	return rp;
}

const struct route theme_routes[] = {
	ROUTE(POST, "/theme", theme_post, .open = true, .auth = AUTH_NONE, .page = true,
	      .body = BODY_FORM, .body_max = 8192, .no_db = true, .doc = "Light or dark pages"),
	ROUTE_END,
};
