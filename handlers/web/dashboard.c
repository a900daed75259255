/*
 * handlers/web/dashboard.c - /dashboard, /me/following, /me/pending-invites (contract/web.md P44, P49, P50)
 */
#include "templates/dashboard.h"
#include "app/base/arena.h"
#include "db/invitation.h"
#include "handlers/routes.h"
#include "handlers/web/crate_list.h"
#include "handlers/web/follow_feed.h"
#include "handlers/web/page.h"

#include <inttypes.h>

enum { UPDATES = 10, INVITES_MAX = 100 };

static struct head private_head(const char *title)
{
	return (struct head){ .title = text_from(title), .noindex = true };
}

/* ---- dashboard */

static struct short_list short_list_of(struct req *r, const struct dashboard_crate *v, size_t n,
				       uint64_t total)
{
	struct dashboard_crate *copy = arena_array(r->arena, DASHBOARD_CRATES, sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = v[i];
	return (struct short_list){ copy, n, total };
}

static const struct err *load_lists(struct req *r, struct dashboard_page *v)
{
	struct dashboard_lists lists;
	struct dashboard_sums sums;
	const struct err *e = db_dashboard_lists(r->db, r->user.id, &lists);

	if (!e)
		e = db_dashboard_sums(r->db, r->user.id, &sums);
	if (e)
		return e;
	v->mine = short_list_of(r, lists.owned, lists.nowned, sums.owned);
	v->followed = short_list_of(r, lists.followed, lists.nfollowed, sums.followed);
	v->downloads = sums.downloads;
	v->invites = sums.invitations;
	return NULL;
}

static const struct err *load_updates(struct req *r, struct dashboard_page *v)
{
	struct dashboard_update *rows;
	struct text older;
	uint64_t page = 0;
	size_t n;
	const struct err *e = req_query(r, "older", &older);

	if (!e && older.p && !text_u64(older, 0, 1000, &page))
		e = err_new(r->arena, ERR_INVALID, "There are no updates %.*s",
			    TEXT_F(text_sub(older, 0, 40)));
	if (!e)
		e = db_dashboard_updates(r->db, r->user.id, UPDATES + 1, page * UPDATES, &rows, &n);
	if (e)
		return e;
	if (n > UPDATES)
		v->older = text_fmt(r->arena, "?older=%" PRIu64, page + 1);
	v->updates = rows;
	v->nupdates = n < UPDATES ? n : UPDATES;
	return NULL;
}

static struct reply dashboard_get(struct req *r)
{
	struct dashboard_page v = { .head = private_head("Dashboard"), .login = r->user.login };
	struct todo *todos = NULL;
	const struct err *e = load_lists(r, &v);

	if (!e)
		e = db_todos(r->db, r->user.id, &todos, &v.ntodos);
	if (!e)
		e = load_updates(r, &v);
	v.todos = todos;
	return e ? reply_err(r, e) : reply_page(r, 200, dashboard_page, &v);
}

static struct reply following_get(struct req *r)
{
	static const struct crate_list_rules rules = { .sort = "alpha",
						       .per_page = 10,
						       .max_pages = 200 };
	struct following_page v = { .head = private_head("Following") };
	struct crates_wanted w = { .personal = true };
	const struct err *e;

	w.filter.follower = r->user.id;
	e = crate_list_find(r, &w, &rules, &v.list);
	v.list.unfollow = true;
	if (!e)
		e = follow_feed_path(r, &v.feed);
	return e ? reply_err(r, e) : reply_page(r, 200, following_page, &v);
}

/* ---- invitations */

static struct reply invites_get(struct req *r)
{
	struct invites_page v = { .head = private_head("Pending Invites") };
	struct invitation_view *rows;
	struct invite_row *out;
	size_t n;
	const struct err *e = db_invitations_of_user(r->db, r->user.id, 0, INVITES_MAX, &rows, &n);

	if (e)
		return reply_err(r, e);
	out = arena_array(r->arena, n + 1, sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = (struct invite_row){ rows[i].crate_id, rows[i].crate, rows[i].inviter,
					      rows[i].created_us, rows[i].expires_us };
	v.v = out;
	v.n = n;
	return reply_page(r, 200, invites_page, &v);
}

static struct reply invites_post(struct req *r)
{
	struct text here = TEXT("/me/pending-invites");
	bool accept = text_eq(req_form(r, "answer"), TEXT("accept"));
	uint64_t crate = 0;
	const struct err *e;

	(void)text_u64(req_form(r, "crate_id"), 1, INT64_MAX, &crate);
	e = accept ? db_invitation_accept(r->db, r->user.id, crate)
		   : db_invitation_decline(r->db, r->user.id, crate);
	if (err_is(e, ERR_NOT_FOUND))
		return page_go_with(r, here, FLASH_ERROR, "That invitation is not there any more.");
	if (e && err_status(e) < 500)
		return page_go_with(r, here, FLASH_ERROR, "%.*s", TEXT_F(e->detail));
	if (e)
		return reply_err(r, e);
	return page_go_with(r, here, FLASH_SUCCESS,
			    accept ? "You are an owner of %.*s now." : "You declined to own %.*s.",
			    TEXT_F(text_sub(req_form(r, "crate"), 0, 64)));
}

const struct route dashboard_routes[] = {
	ROUTE(GET, "/dashboard", dashboard_get, .auth = AUTH_COOKIE, .page = true,
	      .doc = "Page: what belongs to the caller"),
	ROUTE(GET, "/me/following", following_get, .auth = AUTH_COOKIE, .page = true,
	      .doc = "Page: crates that the caller follows"),
	ROUTE(GET, "/me/pending-invites", invites_get, .auth = AUTH_COOKIE, .page = true,
	      .doc = "Page: invitations"),
	ROUTE(POST, "/me/pending-invites", invites_post, .auth = AUTH_COOKIE, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: answer an invitation"),
	ROUTE_END,
};
