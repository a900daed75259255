/* handlers/web/admin_names.c - /admin/names: names that no new crate may take (contract/web.md P81) */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/jw.h"
#include "app/registry/name.h"
#include "db/kept_name.h"
#include "handlers/routes.h"
#include "handlers/web/admin.h"
#include "templates/admin_queues.h"

enum { REASON_MAX = 1000 };

static struct admin_names_page names_page(void)
{
	return (struct admin_names_page){
		.head = { .title = TEXT("Names that are kept"), .noindex = true },
		.name = { .name = "name",
			  .label = "Name",
			  .help = "Every spelling of it is kept.",
			  .required = true,
			  .max = NAME_MAX_CHARS },
		.reason = { .name = "reason",
			    .label = "Reason",
			    .help = "For administrators alone.",
			    .required = true,
			    .max = REASON_MAX },
	};
}

static struct reply show(struct req *r, unsigned status, struct admin_names_page *v)
{
	struct kept_name *rows;
	struct text after;
	const struct err *e = req_query(r, "after", &after);

	if (!e)
		e = db_kept_names(r->db, after.p ? after : TEXT(""), &rows, &v->n);
	if (e)
		return reply_err(r, e);
	v->v = rows;
	if (v->n == KEPT_NAMES_MAX)
		v->after = rows[v->n - 1].canon_name;
	return reply_page(r, status, admin_names_page, v);
}

/* ?name=: the form has it. */
static struct reply names_get(struct req *r)
{
	struct admin_names_page v = names_page();
	const struct err *e = req_query_form(r, "name", &v.name.value);

	return e ? reply_err(r, e) : show(r, 200, &v);
}

static struct text detail(struct req *r, struct text reason)
{
	struct buf b = buf_init(r->arena, 16 * 1024);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_text(&j, "reason", reason);
	jw_end(&j);
	return buf_text(&b);
}

static struct reply keep_post(struct req *r)
{
	struct audit_entry note = admin_note(r, "name_keep");
	struct admin_names_page v = names_page();
	struct kept_name k = { .name = req_form(r, "name"), .reason = req_form(r, "reason") };
	const struct err *e;

	v.name.value = k.name;
	v.reason.value = k.reason;
	if (!k.name.n || !name_is_valid(NAME_CRATE, k.name))
		form_fault(r->arena, &v.errors, "name", "Enter the name of a crate");
	if (!k.reason.n)
		form_fault(r->arena, &v.errors, "reason", "Enter the reason");
	else if (k.reason.n > REASON_MAX)
		form_fault(r->arena, &v.errors, "reason", "The reason is too long");
	if (v.errors.n)
		return show(r, 422, &v);
	k.canon_name = canon_name(r->arena, k.name);
	note.crate = k.name;
	note.detail = detail(r, k.reason);
	e = db_name_keep(r->db, &k, &note);
	if (e)
		return reply_err(r, e);
	return page_go_with(r, TEXT("/admin/names"), FLASH_SUCCESS,
			    "No new crate can be called %.*s.", TEXT_F(k.name));
}

static struct reply free_post(struct req *r)
{
	struct audit_entry note = admin_note(r, "name_free");
	struct text name = req_form(r, "name");
	bool was = false;
	const struct err *e = NULL;

	if (!name.n || !name_is_valid(NAME_CRATE, name))
		e = err_new(r->arena, ERR_INVALID, "name must be that of a crate");
	note.crate = name;
	if (!e)
		e = db_name_free(r->db, canon_name(r->arena, name), &note, &was);
	if (e)
		return reply_err(r, e);
	return page_go_with(r, TEXT("/admin/names"), was ? FLASH_SUCCESS : FLASH_INFO,
			    was ? "%.*s can be taken again." : "%.*s was not kept.", TEXT_F(name));
}

const struct route admin_names_routes[] = {
	ROUTE(GET, "/admin/names", names_get, .auth = AUTH_ADMIN, .page = true,
	      .doc = "Page: names that no new crate may take"),
	ROUTE(POST, "/admin/names", keep_post, .auth = AUTH_ADMIN, .page = true, .body = BODY_FORM,
	      .body_max = 16384, .doc = "Form: keep a name from being taken"),
	ROUTE(POST, "/admin/names/free", free_post, .auth = AUTH_ADMIN, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: set a name free"),
	ROUTE_END,
};
