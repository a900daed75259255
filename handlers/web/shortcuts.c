/* handlers/web/shortcuts.c - /shortcuts: the keys of the site, on or off (contract/web.md 14.3; 16 No 15) */
#include "templates/shortcuts.h"
#include "db/user.h"
#include "handlers/routes.h"
#include "handlers/web/page.h"

static struct reply shortcuts_get(struct req *r)
{
	struct shortcuts_page v = { .head = { .title = TEXT("Keyboard shortcuts"),
					      .noindex = true } };

	return reply_page(r, 200, shortcuts_page, &v);
}

/* Of an account it is stored with it, of everybody else in a cookie. */
static struct reply shortcuts_post(struct req *r)
{
	bool on = req_form_has(r, "shortcuts");
	const struct err *e = NULL;
	struct reply rp;

	if (r->user.id)
		e = db_user_set_shortcuts(r->db, r->user.id, on);
	if (e)
		return reply_err(r, e);
	rp = page_go_with(r, page_local(req_form(r, "return_to")), FLASH_SUCCESS, "%s",
			  on ? "The keys / and s go to the search field."
			     : "Single keys do nothing any more.");
	if (!r->user.id)
		page_shortcuts(r, &rp, on);
	return rp;
}

const struct route shortcuts_routes[] = {
	ROUTE(GET, "/shortcuts", shortcuts_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: keyboard shortcuts"),
	ROUTE(POST, "/shortcuts", shortcuts_post, .auth = AUTH_NONE, .page = true,
	      .body = BODY_FORM, .body_max = 8192, .doc = "Form: keyboard shortcuts on or off"),
	ROUTE_END,
};
