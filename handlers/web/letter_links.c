/*
 * handlers/web/letter_links.c - where the links of letters lead: /accept-invite/{token}, /confirm/{token} (contract/web.md P51, P52).
 * Opening one changes nothing, because programs that look through mail open links too; the button does.
 */
#include "app/base/arena.h"
#include "db/email.h"
#include "db/invitation.h"
#include "handlers/routes.h"
#include "handlers/web/page.h"

static struct reply ask(struct req *r, const char *folder, struct text heading, struct text text,
			const char *button)
{
	struct confirm_page v = {
		.head = { .title = heading, .noindex = true },
		.heading = heading,
		.text = text,
		.action = text_fmt(r->arena, "/%s/%.*s", folder, TEXT_F(req_path(r, "token"))),
		.button = text_from(button),
		.cancel = TEXT("/"),
	};

	return reply_page(r, 200, confirm_page, &v);
}

static const struct err *invitation(struct req *r, struct invitation_view *ret)
{
	const struct err *e = db_invitation_by_token(r->db, req_path(r, "token"), ret);

	if (err_is(e, ERR_NOT_FOUND))
		e = err_new(r->arena, ERR_NOT_FOUND, "There is no such invitation");
	return e;
}

static struct reply invite_get(struct req *r)
{
	struct invitation_view i;
	const struct err *e = invitation(r, &i);

	if (e)
		return reply_err(r, e);
	return ask(r, "accept-invite", text_fmt(r->arena, "Own %.*s?", TEXT_F(i.crate)),
		   text_fmt(r->arena,
			    "%.*s invited you to own the crate %.*s: an owner may publish, yank, "
			    "and invite others.",
			    TEXT_F(i.inviter), TEXT_F(i.crate)),
		   "Accept the invitation");
}

static struct reply invite_post(struct req *r)
{
	struct invitation_view i;
	const struct err *e = invitation(r, &i);

	if (!e)
		e = db_invitation_accept(r->db, i.invitee_id, i.crate_id);
	if (e)
		return reply_err(r, e);
	return page_go_with(r, r->user.id ? TEXT("/dashboard") : TEXT("/"), FLASH_SUCCESS,
			    "You accepted the invitation to own %.*s: it is among the crates of "
			    "your dashboard.",
			    TEXT_F(i.crate));
}

static struct reply confirm_get(struct req *r)
{
	return ask(r, "confirm", TEXT("Verify your e-mail address?"),
		   TEXT("The letter came to an address that is to belong to an account here."),
		   "Verify it");
}

static struct reply confirm_post(struct req *r)
{
	struct text path = r->user.id ? TEXT("/settings/profile") : TEXT("/");
	const struct err *e = db_email_confirm(r->db, req_path(r, "token"));

	if (err_is(e, ERR_INVALID))
		return page_go_with(r, path, FLASH_ERROR, "%.*s", TEXT_F(e->detail));
	if (e)
		return reply_err(r, e);
	return page_go_with(r, path, FLASH_SUCCESS, "Thank you: your address is verified.");
}

const struct route letter_links_routes[] = {
	ROUTE(GET, "/accept-invite/{token}", invite_get, .auth = AUTH_NONE, .page = true,
	      .no_store = true, .doc = "Page: accept an invitation?"),
	ROUTE(POST, "/accept-invite/{token}", invite_post, .auth = AUTH_NONE, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: accept an invitation"),
	ROUTE(GET, "/confirm/{token}", confirm_get, .auth = AUTH_NONE, .page = true,
	      .no_store = true, .doc = "Page: verify an address?"),
	ROUTE(POST, "/confirm/{token}", confirm_post, .auth = AUTH_NONE, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: verify an address"),
	ROUTE_END,
};
