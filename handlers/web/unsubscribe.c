/*
 * handlers/web/unsubscribe.c - GET, POST /unsubscribe/{token}
 *
 * What List-Unsubscribe of a publish notification leads to: a page that asks for a reader, and at once for a mail program,
 * which sends POST without asking (RFC 8058). The token of the letter is all that counts, nobody has to sign in; what the POST
 * holds does not matter. GET changes nothing: mail scanners follow links.
 */
#include "db/unsubscribe.h"
#include "db/user.h"
#include "handlers/routes.h"
#include "handlers/web/page.h"
#include "templates/unsubscribe.h"

static const struct err *find(struct req *r, struct unsubscriber *ret)
{
	bool found;
	const struct err *e = db_unsubscribe_find(r->db, req_path(r, "token"), ret, &found);

	return e || found ? e : err_new(r->arena, ERR_NOT_FOUND, "Not Found");
}

static struct reply done(struct req *r, const struct unsubscriber *who)
{
	struct unsubscribed_page v = {
		.head = { .title = TEXT("No more publish notifications"), .noindex = true },
		.login = who->login,
	};

	return reply_page(r, 200, unsubscribed_page, &v);
}

static struct reply unsubscribe_get(struct req *r)
{
	struct confirm_page v = {
		.head = { .title = TEXT("Publish notifications"), .noindex = true },
		.heading = TEXT("No more publish notifications?"),
		.button = TEXT("Unsubscribe"),
		.cancel = TEXT("/"),
		.action = r->path,
	};
	struct unsubscriber who;
	const struct err *e = find(r, &who);

	if (e)
		return reply_err(r, e);
	if (!who.publish_notifications)
		return done(r, &who);
	v.text = text_fmt(r->arena,
			  "%.*s will get no more letters when a version of a crate is published.",
			  TEXT_F(who.login));
	return reply_page(r, 200, confirm_page, &v);
}

static struct reply unsubscribe_post(struct req *r)
{
	struct unsubscriber who;
	const struct err *e = find(r, &who);

	if (!e)
		e = db_user_set_notifications(r->db, who.user_id, false);
	return e ? reply_err(r, e) : done(r, &who);
}

const struct route unsubscribe_routes[] = {
	ROUTE(GET, "/unsubscribe/{token}", unsubscribe_get, .open = true, .auth = AUTH_NONE,
	      .page = true, .no_user_agent = true, .no_store = true,
	      .doc = "Asks whether to switch publish notifications off"),
	ROUTE(POST, "/unsubscribe/{token}", unsubscribe_post, .open = true, .auth = AUTH_NONE,
	      .page = true, .no_user_agent = true,
	      .doc = "Switches publish notifications off by a letter's link"),
	ROUTE_END,
};
