/* handlers/web/admin_crate.c - /admin/crates/{name}, /admin/crates/{name}/delete (contract/web.md P81) */
#include "templates/admin_crate.h"
#include "app/base/arena.h"
#include "app/base/jw.h"
#include "app/index/publish.h"
#include "app/server/fresh.h"
#include "handlers/routes.h"
#include "handlers/web/admin.h"

enum { PER_PAGE = 100, MESSAGE_MAX = 1000 };

/* ---- the crate */

/* The part of all versions that begins behind the one that ?after= names. */
static const struct err *page_of(struct req *r, struct admin_crate_page *v)
{
	const struct version_key *all = v->versions;
	size_t from = 0;
	struct text after;
	const struct err *e = req_query(r, "after", &after);

	if (e)
		return e;
	for (size_t i = 0; after.p && i < v->versions_in_all; i++)
		if (text_eq(all[i].num, after))
			from = i + 1;
	v->versions = all + from;
	v->nversions = v->versions_in_all - from;
	if (v->nversions > PER_PAGE) {
		v->nversions = PER_PAGE;
		v->older = v->versions[PER_PAGE - 1].num;
	}
	return NULL;
}

static struct reply crate_get(struct req *r)
{
	struct admin_crate_page v = { .nversions = 0 };
	struct version_key *versions;
	struct owner_view *owners;
	struct typosquat_row *hits;
	struct audit_row *audit;
	const struct err *e = db_crate_by_name(r->db, req_path(r, "name"), &v.crate);

	if (!e)
		e = db_owners(r->db, v.crate.id, &owners, &v.nowners);
	if (!e)
		e = db_version_keys(r->db, v.crate.id, &versions, &v.versions_in_all);
	if (!e)
		e = db_typosquat_of_crate(r->db, v.crate.id, &hits, &v.typosquat.n);
	if (!e)
		e = db_audit_crate(r->db, v.crate.name, &audit, &v.audit.n);
	if (e)
		return reply_err(r, e);
	v.owners = owners;
	v.versions = versions;
	v.typosquat.v = hits;
	v.audit.v = audit;
	e = page_of(r, &v);
	if (e)
		return reply_err(r, e);
	v.head = (struct head){
		.title = text_fmt(r->arena, "Crate %.*s", TEXT_F(v.crate.name)),
		.noindex = true,
	};
	return reply_page(r, 200, admin_crate_page, &v);
}

/* ---- deleting it */

static struct reply show(struct req *r, unsigned status, struct admin_delete_page *v)
{
	v->head = (struct head){
		.title = text_fmt(r->arena, "Delete %.*s", TEXT_F(v->name)),
		.noindex = true,
	};
	v->message.name = "message";
	v->message.label = "Reason";
	v->message.help = "It is kept beside the name of the crate.";
	v->message.required = true;
	v->message.max = MESSAGE_MAX;
	v->hours.name = "hours";
	v->hours.label = "Hours for which nobody may take the name";
	v->hours.type = "number";
	v->hours.required = true;
	return reply_page(r, status, admin_delete_page, v);
}

static struct reply delete_get(struct req *r)
{
	struct admin_delete_page v = { .ticked = false };
	struct crate_row crate;
	const struct err *e = fresh_require(r, FRESH_STEP_UP_S);

	if (!e)
		e = db_crate_by_name(r->db, req_path(r, "name"), &crate);
	if (e)
		return reply_err(r, e);
	v.name = crate.name;
	v.hours.value = text_fmt(r->arena, "%d", DELETE_REST_HOURS);
	return show(r, 200, &v);
}

static void read_delete(struct req *r, struct admin_delete_page *v, struct delete_in *in)
{
	uint64_t hours = 0;

	v->message.value = req_form(r, "message");
	v->hours.value = req_form(r, "hours");
	v->ticked = req_form_has(r, "sure");
	if (!v->message.value.n)
		form_fault(r->arena, &v->errors, "message", "Enter the reason");
	else if (v->message.value.n > MESSAGE_MAX)
		form_fault(r->arena, &v->errors, "message", "The reason is too long");
	if (!text_u64(v->hours.value, 0, DELETE_REST_HOURS_MAX, &hours))
		form_fault(r->arena, &v->errors, "hours", "Enter a number of hours, at most %d",
			   DELETE_REST_HOURS_MAX);
	if (!v->ticked)
		form_fault(r->arena, &v->errors, "sure", "Tick the box to delete the crate");
	in->message = v->message.value;
	in->availability_s = (int64_t)hours * 3600;
}

static struct text detail_of(struct req *r, const struct crate_row *crate, struct text message)
{
	struct buf b = buf_init(r->arena, 16 * 1024);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_u64(&j, "crate_id", crate->id);
	jw_text(&j, "reason", message);
	jw_end(&j);
	return buf_text(&b);
}

static struct reply delete_post(struct req *r)
{
	struct audit_entry note = admin_note(r, "crate_delete");
	struct admin_delete_page v = { .ticked = false };
	struct delete_in in = { .user_id = r->user.id, .note = &note };
	struct delete_out out;
	struct crate_row crate;
	const struct err *e = fresh_require(r, FRESH_STEP_UP_S);

	if (!e)
		e = db_crate_by_name(r->db, req_path(r, "name"), &crate);
	if (e)
		return reply_err(r, e);
	v.name = crate.name;
	read_delete(r, &v, &in);
	if (v.errors.n)
		return show(r, 422, &v);
	in.crate_id = crate.id;
	note.crate = crate.name;
	note.detail = detail_of(r, &crate, in.message);
	e = delete_commit(r->app, r->arena, &in, &out);
	if (e)
		return reply_err(r, e);
	return page_go_with(r, TEXT("/admin"), FLASH_SUCCESS, "%.*s was deleted.",
			    TEXT_F(out.name));
}

const struct route admin_crate_routes[] = {
	ROUTE(GET, "/admin/crates/{name}", crate_get, .auth = AUTH_ADMIN, .page = true,
	      .doc = "Page: a crate, for administrators"),
	ROUTE(GET, "/admin/crates/{name}/delete", delete_get, .auth = AUTH_ADMIN, .page = true,
	      .doc = "Page: delete a crate, for administrators"),
	ROUTE(POST, "/admin/crates/{name}/delete", delete_post, .auth = AUTH_ADMIN, .page = true,
	      .body = BODY_FORM, .body_max = 16384,
	      .doc = "Form: delete a crate, for administrators"),
	ROUTE_END,
};
