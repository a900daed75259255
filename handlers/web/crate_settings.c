/*
 * handlers/web/crate_settings.c - /crates/{name}/settings and the forms on it: owners, invitations, trusted publishing
 * (contract/web.md P26 and P27)
 */
#include "templates/crate_settings.h"
#include "app/base/arena.h"
#include "app/registry/trustpub_link.h"
#include "app/server/fresh.h"
#include "app/server/limits.h"
#include "app/server/may.h"
#include "app/server/owners.h"
#include "app/server/trustpub.h"
#include "db/invitation.h"
#include "db/trustpub_config.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"
#include "handlers/web/owner_links.h"

enum { INVITATIONS_SHOWN = 100, LOGIN_MAX_BYTES = 400 };

static const struct err *find(struct req *r, struct crate_frame *f)
{
	const struct err *e = crate_frame(r, false, f);

	return e ? e : may_do(r, f->crate.name, f->crate.id, RIGHTS_TO_CHANGE_OWNERS);
}

static struct text settings_path(struct req *r, const struct crate_frame *f)
{
	return crate_url(r->arena, f->crate.name, TEXT_NONE, "/settings");
}

/* ---- the page */

static const struct err *load_owners(struct req *r, uint64_t crate_id,
				     struct crate_settings_page *v)
{
	struct crate_settings_owner *rows;
	struct owner_view *owners;
	size_t n;
	const struct err *e = db_owners(r->db, crate_id, &owners, &n);

	if (e)
		return e;
	owners = owners_in_order(r, owners, n);
	rows = arena_array(r->arena, n + 1, sizeof(*rows));
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct crate_settings_owner){
			.link = owner_link(r, &owners[i]),
			.login = owners[i].login,
			.self = owners[i].kind == OWNER_USER && owners[i].id == r->user.id,
		};
	v->owners = rows;
	v->nowners = n;
	return NULL;
}

static const struct err *load_invitations(struct req *r, uint64_t crate_id,
					  struct crate_settings_page *v)
{
	struct crate_settings_invitation *rows;
	struct invitation_view *found;
	size_t n;
	const struct err *e =
		db_invitations_of_crate(r->db, crate_id, 0, INVITATIONS_SHOWN, &found, &n);

	if (e)
		return e;
	rows = arena_array(r->arena, n + 1, sizeof(*rows));
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct crate_settings_invitation){
			.login = found[i].invitee,
			.inviter = found[i].inviter,
			.invitee_id = found[i].invitee_id,
			.created_us = found[i].created_us,
			.expires_us = found[i].expires_us,
		};
	v->invitations = rows;
	v->ninvitations = n;
	return NULL;
}

static struct crate_settings_publisher publisher_of(struct req *r, enum trustpub_provider p,
						    const struct trustpub_config *c)
{
	return (struct crate_settings_publisher){
		.id = c->id,
		.provider = p == TRUSTPUB_GITHUB ? "github" : "gitlab",
		.provider_name = trustpub_provider_name(p),
		.repository = text_fmt(r->arena, "%.*s/%.*s", TEXT_F(c->owner), TEXT_F(c->project)),
		.workflow = c->workflow,
		.workflow_href = trustpub_workflow_url(r->arena, p, c),
		.owner_id = c->owner_id,
		.environment = c->environment,
		.issuer = text_eq(c->issuer, trustpub_home(p)) ? TEXT_NONE : c->issuer,
	};
}

static const struct err *load_publishers(struct req *r, uint64_t crate_id,
					 struct crate_settings_page *v)
{
	struct crate_settings_publisher *rows;
	struct trustpub_of_crate *found;
	size_t n;
	const struct err *e = db_trustpub_configs_of_crate(r->db, crate_id, &found, &n);

	if (e)
		return e;
	rows = arena_array(r->arena, n + 1, sizeof(*rows));
	for (size_t i = 0; i < n; i++)
		rows[i] = publisher_of(r, found[i].provider ? TRUSTPUB_GITLAB : TRUSTPUB_GITHUB,
				       &found[i].config);
	v->publishers = rows;
	v->npublishers = n;
	return NULL;
}

/* v has what a form that comes back brings. */
static struct reply show(struct req *r, unsigned status, struct crate_frame *f,
			 struct crate_settings_page *v)
{
	const struct err *e = load_owners(r, f->crate.id, v);

	if (!e)
		e = load_invitations(r, f->crate.id, v);
	if (!e)
		e = load_publishers(r, f->crate.id, v);
	if (e)
		return reply_err(r, e);
	v->head.title = text_fmt(r->arena, "Settings of %.*s", TEXT_F(f->crate.name));
	crate_frame_head(r, f, TAB_SETTINGS, "/settings", &v->head);
	v->head.noindex = true;
	v->crate = &f->head;
	v->name = f->crate.name;
	v->trustpub_only = f->crate.trustpub_only;
	v->login.name = "login";
	v->login.label = "Name";
	v->login.help = "A user, who gets an invitation, or a team of GitHub that you are in, as "
			"github:organisation:team.";
	v->login.required = true;
	v->login.max = LOGIN_MAX_BYTES;
	return reply_page(r, status, crate_settings_page, v);
}

/* Of whom the frame knows already that he owns the crate, nothing more is asked; every change asks by itself. */
static struct reply settings_get(struct req *r)
{
	struct crate_settings_page v = { 0 };
	struct crate_frame f;
	const struct err *e = crate_frame(r, false, &f);

	if (!e && !f.facts.owns)
		e = may_do(r, f.crate.name, f.crate.id, RIGHTS_TO_CHANGE_OWNERS);
	return e ? reply_err(r, e) : show(r, 200, &f, &v);
}

/* ---- owners */

/* A refusal that who sent the form can do something about; all else is an error of its own. */
static bool is_refusal(const struct err *e)
{
	return err_is(e, ERR_INVALID) || err_is(e, ERR_AUTH) || err_is(e, ERR_NOT_FOUND);
}

static struct reply owner_add_post(struct req *r)
{
	struct text login = req_form(r, "login");
	struct texts logins = { &login, 1 }, said;
	struct crate_settings_page v = { 0 };
	struct crate_frame f;
	const struct err *e = find(r, &f);

	if (e)
		return reply_err(r, e);
	if (!login.n)
		form_fault(r->arena, &v.errors, "login", "Enter the name of a user or a team");
	else if (login.n > LOGIN_MAX_BYTES)
		form_fault(r->arena, &v.errors, "login", "No user and no team has so long a name");
	else
		e = owners_add(r, f.crate.name, f.crate.id, f.crate.name, logins, &said);
	if (e && !is_refusal(e))
		return reply_err(r, e);
	if (e)
		form_fault(r->arena, &v.errors, "login", "%.*s", TEXT_F(e->detail));
	if (v.errors.n) {
		v.login.value = login;
		return show(r, 422, &f, &v);
	}
	return page_go_with(r, settings_path(r, &f), FLASH_SUCCESS, "%.*s", TEXT_F(said.v[0]));
}

static struct reply owner_remove_get(struct req *r)
{
	struct confirm_page v = { .danger = true };
	struct link hidden = { .href = TEXT("login") };
	struct crate_frame f;
	const struct err *e = find(r, &f);

	if (!e)
		e = req_query(r, "login", &hidden.label);
	if (e)
		return reply_err(r, e);
	v.cancel = settings_path(r, &f);
	if (!hidden.label.n)
		return page_go(r, v.cancel);
	v.heading = text_fmt(r->arena, "Remove %.*s from the owners of %.*s?", TEXT_F(hidden.label),
			     TEXT_F(f.crate.name));
	v.head = (struct head){ .title = v.heading, .noindex = true };
	v.text = text_eq(hidden.label, r->user.login)
			 ? TEXT("You will not be able to publish this crate, nor to change its "
				"settings; another owner can invite you again.")
			 : TEXT("Who is removed can publish and yank this crate no more. What was "
				"published stays.");
	v.action = crate_url(r->arena, f.crate.name, TEXT_NONE, "/owners/remove");
	v.button = text_fmt(r->arena, "Remove %.*s", TEXT_F(hidden.label));
	v.hidden = (struct links){ &hidden, 1 };
	return reply_page(r, 200, confirm_page, &v);
}

static struct reply owner_remove_post(struct req *r)
{
	struct text login = req_form(r, "login");
	struct texts logins = { &login, 1 };
	struct crate_frame f;
	struct text back;
	const struct err *e = find(r, &f);

	if (e)
		return reply_err(r, e);
	back = settings_path(r, &f);
	e = owners_remove(r, f.crate.name, f.crate.id, f.crate.name, logins);
	if (e && is_refusal(e))
		return page_go_with(r, back, FLASH_ERROR, "%.*s", TEXT_F(e->detail));
	if (e)
		return reply_err(r, e);
	if (text_eq_nocase(login, r->user.login)) /* whose settings these were */
		back = crate_url(r->arena, f.crate.name, TEXT_NONE, "");
	return page_go_with(r, back, FLASH_SUCCESS, "%.*s owns %.*s no more.", TEXT_F(login),
			    TEXT_F(f.crate.name));
}

static struct reply invitation_withdraw_post(struct req *r)
{
	struct crate_frame f;
	uint64_t invitee;
	const struct err *e = find(r, &f);

	if (e)
		return reply_err(r, e);
	if (!text_u64(req_form(r, "invitee"), 1, UINT64_MAX, &invitee))
		return reply_err(r, err_new(r->arena, ERR_INVALID, "Nobody is named"));
	/* Each one that is taken back makes room for another letter to the same person. */
	e = limit_take_letter(r, text_fmt(r->arena, "invitee %llu", (unsigned long long)invitee));
	if (!e)
		e = db_invitation_decline(r->db, invitee, f.crate.id);
	if (err_is(e, ERR_NOT_FOUND))
		return page_go_with(
			r, settings_path(r, &f), FLASH_ERROR,
			"That invitation is there no more: it was answered, or taken back.");
	if (e)
		return reply_err(r, e);
	return page_go_with(r, settings_path(r, &f), FLASH_SUCCESS,
			    "The invitation was withdrawn.");
}

/* ---- trusted publishing */

static struct reply publisher_remove_post(struct req *r)
{
	enum trustpub_provider p = text_eq(req_form(r, "publisher"), TEXT("gitlab"))
					   ? TRUSTPUB_GITLAB
					   : TRUSTPUB_GITHUB;
	struct trustpub_config c;
	struct crate_frame f;
	uint64_t id;
	const struct err *e = find(r, &f);

	if (!e && !text_u64(req_path(r, "id"), 1, UINT64_MAX, &id))
		e = err_new(r->arena, ERR_NOT_FOUND, "Not Found");
	if (e)
		return reply_err(r, e);
	e = db_trustpub_config(r->db, p, id, &c);
	if (!e && c.crate_id != f.crate.id)
		e = err_new(r->arena, ERR_NOT_FOUND, "Not Found");
	if (!e)
		e = trustpub_remove(r, p, &c);
	if (err_is(e, ERR_NOT_FOUND))
		return page_go_with(r, settings_path(r, &f), FLASH_ERROR,
				    "That workflow is not trusted any more.");
	if (e && is_refusal(e))
		return page_go_with(r, settings_path(r, &f), FLASH_ERROR, "%.*s",
				    TEXT_F(e->detail));
	if (e)
		return reply_err(r, e);
	return page_go_with(r, settings_path(r, &f), FLASH_SUCCESS,
			    "%.*s/%.*s is not trusted any more.", TEXT_F(c.owner),
			    TEXT_F(c.project));
}

static struct reply trustpub_only_post(struct req *r)
{
	bool on = req_form_has(r, "trustpub_only");
	struct crate_frame f;
	const struct err *e = find(r, &f);

	if (!e)
		e = trustpub_only_may(r, f.crate.id);
	if (!e)
		e = fresh_require(r, FRESH_STEP_UP_S);
	if (!e)
		e = trustpub_only_set(r, &f.crate, on);
	if (e)
		return reply_err(r, e);
	return page_go_with(r, settings_path(r, &f), FLASH_SUCCESS, "%s",
			    on ? "New versions need trusted publishing from now on."
			       : "API tokens may publish new versions.");
}

#define FORM .auth = AUTH_COOKIE, .page = true, .body = BODY_FORM, .body_max = 4096

const struct route crate_settings_page_routes[] = {
	ROUTE(GET, "/crates/{name}/settings", settings_get, .auth = AUTH_COOKIE, .page = true,
	      .no_store = true, .doc = "Page: settings of a crate, for its owners"),
	ROUTE(POST, "/crates/{name}/owners", owner_add_post, FORM,
	      .doc = "Form: invite an owner, add a team"),
	ROUTE(GET, "/crates/{name}/owners/remove", owner_remove_get, .auth = AUTH_COOKIE,
	      .page = true, .no_store = true, .doc = "Page: whether to remove an owner"),
	ROUTE(POST, "/crates/{name}/owners/remove", owner_remove_post, FORM,
	      .doc = "Form: remove an owner"),
	ROUTE(POST, "/crates/{name}/owners/withdraw", invitation_withdraw_post, FORM,
	      .doc = "Form: withdraw an invitation"),
	ROUTE(POST, "/crates/{name}/settings/trustpub-only", trustpub_only_post, FORM,
	      .doc = "Form: whether new versions need trusted publishing"),
	ROUTE(POST, "/crates/{name}/settings/trustpub/{id}/remove", publisher_remove_post, FORM,
	      .doc = "Form: stop trusting a workflow"),
	ROUTE_END,
};
