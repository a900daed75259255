/* handlers/web/crate_delete.c - /crates/{name}/delete (contract/web.md P29) */
#include "templates/crate_delete.h"
#include "app/base/arena.h"
#include "app/server/fresh.h"
#include "app/server/may.h"
#include "app/server/owners.h"
#include "db/delete.h"
#include "handlers/routes.h"
#include "handlers/web/crate_frame.h"

enum { MESSAGE_MAX_BYTES = 1000 };

/* The crate, that whoever asks may delete it and has just signed in, and whether it may be deleted at all. */
static const struct err *find(struct req *r, struct crate_frame *f, struct text *ret_refusal)
{
	const struct err *e = crate_frame(r, false, f);

	if (!e)
		e = may_do(r, f->crate.name, f->crate.id, RIGHTS_TO_DELETE);
	if (!e)
		e = fresh_require(r, FRESH_STEP_UP_S);
	return e ? e : db_delete_refusal(r->db, f->crate.id, ret_refusal);
}

static struct reply show(struct req *r, unsigned status, struct crate_frame *f,
			 struct crate_delete_page *v)
{
	v->head.title = text_fmt(r->arena, "Delete %.*s", TEXT_F(f->crate.name));
	crate_frame_head(r, f, TAB_SETTINGS, "/delete", &v->head);
	v->head.noindex = true;
	v->crate = &f->head;
	v->name = f->crate.name;
	v->hours = OWNERS_QUARANTINE_S / 3600;
	v->message.name = "message";
	v->message.label = "Reason";
	v->message.help = "Who runs this registry reads it.";
	v->message.required = true;
	v->message.max = MESSAGE_MAX_BYTES;
	return reply_page(r, status, crate_delete_page, v);
}

static struct reply delete_get(struct req *r)
{
	struct crate_delete_page v = { 0 };
	struct crate_frame f;
	const struct err *e = find(r, &f, &v.refusal);

	return e ? reply_err(r, e) : show(r, 200, &f, &v);
}

static struct reply delete_post(struct req *r)
{
	struct text message = req_form(r, "message");
	struct crate_delete_page v = { .ticked = req_form_has(r, "sure") };
	struct crate_frame f;
	const struct err *e = find(r, &f, &v.refusal);

	if (e)
		return reply_err(r, e);
	v.message.value = message;
	if (!message.n)
		form_fault(r->arena, &v.errors, "message", "Say why the crate is deleted");
	if (message.n > MESSAGE_MAX_BYTES)
		form_fault(r->arena, &v.errors, "message", "The reason has at most %d bytes",
			   MESSAGE_MAX_BYTES);
	if (!v.ticked)
		form_fault(r->arena, &v.errors, "sure", "Tick the box to delete the crate");
	if (v.refusal.n)
		v.errors.n = 0; /* the page says why not, and has no form */
	if (v.refusal.n || v.errors.n)
		return show(r, 422, &f, &v);
	e = owners_delete(r, f.crate.name, f.crate.id, message);
	if (e && err_status(e) == 422) { /* it became so meanwhile */
		v.refusal = e->detail;
		return show(r, 422, &f, &v);
	}
	if (e)
		return reply_err(r, e);
	return page_go_with(r, TEXT("/"), FLASH_SUCCESS, "%.*s was deleted.", TEXT_F(f.crate.name));
}

const struct route crate_delete_page_routes[] = {
	ROUTE(GET, "/crates/{name}/delete", delete_get, .auth = AUTH_COOKIE, .page = true,
	      .no_store = true, .doc = "Page: delete a crate, and whether that is allowed"),
	ROUTE(POST, "/crates/{name}/delete", delete_post, .auth = AUTH_COOKIE, .page = true,
	      .body = BODY_FORM, .body_max = 16384, .doc = "Form: delete a crate"),
	ROUTE_END,
};
