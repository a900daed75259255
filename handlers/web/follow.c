/* handlers/web/follow.c - POST /crates/{name}/follow and unfollow (contract/web.md P31) */
#include "db/follow.h"
#include "db/crate.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"

static struct reply change(struct req *r, bool follow)
{
	struct crate_row crate;
	const struct err *e = db_crate_by_name(r->db, req_path(r, "name"), &crate);

	if (!e)
		e = follow ? db_follow_add(r->db, r->user.id, crate.id)
			   : db_follow_remove(r->db, r->user.id, crate.id);
	if (e)
		return reply_err(r, e);
	if (req_form_has(r, "return_to")) /* of a list */
		return page_go(r, page_local(req_form(r, "return_to")));
	return page_go(r, crate_url(r->arena, crate.name, TEXT_NONE, ""));
}

static struct reply follow_post(struct req *r)
{
	return change(r, true);
}

static struct reply unfollow_post(struct req *r)
{
	return change(r, false);
}

const struct route follow_routes[] = {
	ROUTE(POST, "/crates/{name}/follow", follow_post, .auth = AUTH_COOKIE, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: follow a crate"),
	ROUTE(POST, "/crates/{name}/unfollow", unfollow_post, .auth = AUTH_COOKIE, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: follow a crate no longer"),
	ROUTE_END,
};
