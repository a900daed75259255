/* handlers/web/profile.c - /settings/profile, and what leads there (contract/web.md P45, P53) */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/server/own_email.h"
#include "db/user.h"
#include "handlers/routes.h"
#include "handlers/web/page.h"
#include "templates/settings.h"

static const struct err *load(struct req *r, struct profile_page *v)
{
	struct user_row u;
	const struct err *e = db_user_by_id(r->db, r->user.id, &u);

	if (e)
		return e;
	*v = (struct profile_page){
		.head = { .title = TEXT("Settings"), .noindex = true },
		.login = u.login,
		.name = u.name,
		.picture = page_picture(r, u.picture),
		.github = u.gh_id > 0 ? u.gh_login : TEXT_NONE,
		.github_href = text_fmt(r->arena, "%.*s/%.*s", TEXT_F(r->cfg->github.base_url),
					TEXT_F(u.gh_login)),
		.address = u.email,
		.verified = u.email_verified.set && u.email_verified.v,
		.notifications = u.publish_notifications,
		.email = { .name = "email",
			   .label = "New address",
			   .type = "email",
			   .autocomplete = "email",
			   .help = "A letter with a link goes there, to verify it.",
			   .required = true,
			   .max = 320 },
	};
	return NULL;
}

static struct reply profile_get(struct req *r)
{
	struct profile_page v;
	const struct err *e = load(r, &v);

	return e ? reply_err(r, e) : reply_page(r, 200, profile_page, &v);
}

/* The page again, with what is wrong about the address and what was entered. */
static struct reply refused(struct req *r, unsigned status, struct text email, struct text why)
{
	struct profile_page v;
	const struct err *e = load(r, &v);

	if (e)
		return reply_err(r, e);
	v.email.value = email;
	form_fault(r->arena, &v.errors, "email", "%.*s", TEXT_F(why));
	return reply_page(r, status, profile_page, &v);
}

static struct reply email_post(struct req *r)
{
	struct text email = req_form(r, "email");
	const struct err *e;

	if (!email.n)
		return refused(r, 422, email, TEXT("Enter an e-mail address"));
	e = own_email_set(r, email);
	if (err_is(e, ERR_INVALID))
		return refused(r, 422, email, TEXT("This is no e-mail address"));
	if (e)
		return reply_err(r, e);
	return page_go_with(
		r, TEXT("/settings/profile"), FLASH_SUCCESS,
		"A letter is on its way to %.*s: follow its link to verify the address.",
		TEXT_F(email));
}

static struct reply resend_post(struct req *r)
{
	const struct err *e = own_email_resend(r);

	if (err_is(e, ERR_INVALID))
		return page_go_with(r, TEXT("/settings/profile"), FLASH_ERROR,
				    "There is no address to send a letter to.");
	if (e)
		return reply_err(r, e);
	return page_go_with(r, TEXT("/settings/profile"), FLASH_SUCCESS, "Sent!");
}

static struct reply notifications_post(struct req *r)
{
	const struct err *e = db_user_set_notifications(r->db, r->user.id,
							req_form_has(r, "publish_notifications"));

	if (e)
		return reply_err(r, e);
	return page_go_with(r, TEXT("/settings/profile"), FLASH_SUCCESS,
			    "Your settings are saved.");
}

/* ---- addresses of the original that lead here */

static struct reply settings_get(struct req *r)
{
	return page_redirect(r, 302, TEXT("/settings/profile"));
}

static struct reply me_get(struct req *r)
{
	return page_redirect(r, 308, TEXT("/settings/tokens"));
}

static struct reply me_crates_get(struct req *r)
{
	struct text path = text_fmt(r->arena, "/users/%.*s%s%.*s", TEXT_F(r->user.login),
				    r->query.n ? "?" : "", TEXT_F(r->query));

	return page_redirect(r, 308, path);
}

const struct route profile_routes[] = {
	ROUTE(GET, "/settings/profile", profile_get, .auth = AUTH_COOKIE, .page = true,
	      .doc = "Page: settings of the account"),
	ROUTE(POST, "/settings/profile/email", email_post, .auth = AUTH_COOKIE, .page = true,
	      .body = BODY_FORM, .body_max = 8192, .doc = "Form: another address"),
	ROUTE(POST, "/settings/profile/resend", resend_post, .auth = AUTH_COOKIE, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: the letter again"),
	ROUTE(POST, "/settings/profile/notifications", notifications_post, .auth = AUTH_COOKIE,
	      .page = true, .body = BODY_FORM, .body_max = 4096,
	      .doc = "Form: letters about publishes"),
	ROUTE(GET, "/settings", settings_get, .auth = AUTH_COOKIE, .page = true,
	      .doc = "To the settings"),
	ROUTE(GET, "/me", me_get, .auth = AUTH_COOKIE, .page = true, .doc = "To the tokens"),
	ROUTE(GET, "/me/crates", me_crates_get, .auth = AUTH_COOKIE, .page = true,
	      .doc = "To one's own page"),
	ROUTE_END,
};
