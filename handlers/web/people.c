/* handlers/web/people.c - /users/{login}, /teams/{login} (contract/web.md P32, P33) */
#include "templates/people.h"
#include "app/base/arena.h"
#include "app/base/config.h"
#include "db/owner.h"
#include "db/team_view.h"
#include "db/user.h"
#include "handlers/routes.h"
#include "handlers/web/crate_list.h"
#include "handlers/web/page.h"
#include "templates/feed.h"

static const struct crate_list_rules rules = { .sort = "alpha", .per_page = 10, .max_pages = 50 };

/* "Not Found" of a look-up becomes what the page says. */
static const struct err *absent(struct req *r, const struct err *e, struct text login,
				const char *what)
{
	if (!err_is(e, ERR_NOT_FOUND))
		return e;
	return err_new(r->arena, ERR_NOT_FOUND, "%.*s: %s not found", TEXT_F(login), what);
}

static struct text github_of(struct req *r, struct text login)
{
	return text_fmt(r->arena, "%.*s/%.*s", TEXT_F(r->cfg->github.base_url), TEXT_F(login));
}

static void fill_head(struct req *r, struct people_page *v, const char *folder)
{
	v->head = (struct head){
		.title = v->login,
		.description = text_fmt(r->arena, "Crates of %.*s", TEXT_F(v->login)),
		.canonical = text_fmt(r->arena, "/%s/%.*s", folder, TEXT_F(v->login)),
		.image = v->picture.n
				 ? text_fmt(r->arena, "/static/avatars/%.*s", TEXT_F(v->picture))
				 : TEXT_NONE,
		.noindex = crate_list_is_later(&v->list),
	};
}

/* Crates of which every version is yanked are shown to their owner alone. */
static struct reply user_get(struct req *r)
{
	struct text login = req_path(r, "login");
	struct crates_wanted w = { 0 };
	struct people_page v = { .with_downloads = true };
	struct user_view u;
	struct text now = TEXT_NONE;
	bool renamed = false;
	const struct err *e = db_user_view_by_login(r->db, login, &u);

	if (err_is(e, ERR_NOT_FOUND) && !db_user_formerly(r->db, login, &now, &renamed) && renamed)
		return page_redirect(r, 302, text_fmt(r->arena, "/users/%.*s", TEXT_F(now)));
	e = absent(r, e, login, "User");
	if (e)
		return reply_err(r, e);
	v.own = r->user.id && r->user.id == u.id.v;
	w.filter.owner_kind = OWNER_USER;
	w.filter.owner_id = u.id.v;
	w.filter.not_yanked = !v.own;
	e = crate_list_find(r, &w, &rules, &v.list);
	if (!e)
		e = db_user_total_downloads(r->db, u.id.v, &v.downloads);
	if (e)
		return reply_err(r, e);
	v.login = u.login;
	v.name = u.name;
	v.picture = page_picture(r, u.picture);
	v.since_us = u.created_us.set ? u.created_us.v : 0;
	if (u.matches.set && u.matches.v) {
		v.github = github_of(r, u.gh_login);
		v.github_name = TEXT("GitHub profile");
	}
	fill_head(r, &v, "users");
	v.head.feed =
		text_fmt(r->arena, "/rss/%.*s", TEXT_F(feed_path(r->arena, FEED_USER, v.login)));
	v.head.feed_title = text_fmt(r->arena, "What %.*s publishes", TEXT_F(v.login));
	return reply_page(r, 200, people_page, &v);
}

/* "github:org:team": the middle. Absent for another form. */
static struct text organisation(struct text login)
{
	struct text rest = login, part = TEXT_NONE;

	if (!text_cut(&rest, ':', &part) || !text_eq(part, TEXT("github")) || !rest.p)
		return TEXT_NONE;
	return text_cut(&rest, ':', &part) && rest.p ? part : TEXT_NONE;
}

static struct reply team_get(struct req *r)
{
	struct text login = req_path(r, "login"), org;
	struct crates_wanted w = { 0 };
	struct people_page v = { 0 };
	struct team_view team;
	const struct err *e = absent(r, db_team_view(r->db, login, &team), login, "Team");

	if (e)
		return reply_err(r, e);
	w.filter.owner_kind = OWNER_TEAM;
	w.filter.owner_id = team.id;
	w.filter.not_yanked = true;
	e = crate_list_find(r, &w, &rules, &v.list);
	if (e)
		return reply_err(r, e);
	org = organisation(team.login);
	v.login = team.login;
	v.name = team.name;
	v.picture = page_picture(r, team.picture);
	v.kind = org.p ? text_fmt(r->arena, "Team of %.*s", TEXT_F(org)) : TEXT("Team");
	if (org.p) {
		v.github = github_of(r, org);
		v.github_name = text_fmt(r->arena, "%.*s at GitHub", TEXT_F(org));
	}
	fill_head(r, &v, "teams");
	return reply_page(r, 200, people_page, &v);
}

const struct route people_routes[] = {
	ROUTE(GET, "/users/{login}", user_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: a user and the crates"),
	ROUTE(GET, "/teams/{login}", team_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: a team and the crates"),
	ROUTE_END,
};
