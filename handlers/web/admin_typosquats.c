/* handlers/web/admin_typosquats.c - /admin/typosquats, /admin/crates/{name}/typosquat (contract/web.md P81) */
#include "app/base/arena.h"
#include "db/crate.h"
#include "handlers/routes.h"
#include "handlers/web/admin.h"
#include "templates/admin_queues.h"

#include <inttypes.h>

/* The rows of each crate stand together. Where more follow than a page has, the last crate, which may be cut, is the next
 * page's first; a crate has fewer rows than a page. */
static void group(struct req *r, struct admin_typosquats_page *v, const struct typosquat_row *rows,
		  size_t n)
{
	struct admin_typosquat *g = arena_array(r->arena, n, sizeof(*g));

	for (size_t i = 0; i < n; i++)
		if (!i || rows[i].crate_id != rows[i - 1].crate_id)
			g[v->n++] = (struct admin_typosquat){ &rows[i], 1 };
		else
			g[v->n - 1].n++;
	v->v = g;
	if (n == TYPOSQUAT_LIST_MAX && v->n > 1)
		v->after = g[--v->n - 1].v->crate_id;
}

static struct reply typosquats_get(struct req *r)
{
	struct admin_typosquats_page v = { .head = { .title = TEXT("Names like others"),
						     .noindex = true } };
	struct typosquat_row *rows;
	uint64_t after = 0;
	struct text from;
	size_t n;
	const struct err *e = req_query(r, "after", &from);

	if (!e && from.p && !text_u64(from, 0, INT64_MAX, &after))
		e = err_new(r->arena, ERR_INVALID, "after must be a number");
	if (!e)
		e = db_typosquat_open(r->db, after, &rows, &n);
	if (e)
		return reply_err(r, e);
	group(r, &v, rows, n);
	return reply_page(r, 200, admin_typosquats_page, &v);
}

/* settled: "yes" or "no"; return_to: where the form was. */
static struct reply settle_post(struct req *r)
{
	bool settled = text_eq(req_form(r, "settled"), TEXT("yes"));
	struct audit_entry note = admin_note(r, settled ? "typosquat_settle" : "typosquat_reopen");
	struct crate_row crate;
	uint64_t n = 0;
	const struct err *e = db_crate_by_name(r->db, req_path(r, "name"), &crate);

	if (!e) {
		note.crate = crate.name;
		e = db_typosquat_settle(r->db, crate.id, settled, &note, &n);
	}
	if (e)
		return reply_err(r, e);
	return page_go_with(r, page_local(req_form(r, "return_to")), n ? FLASH_SUCCESS : FLASH_INFO,
			    !n        ? "The name of %.*s was as you want it already."
			    : settled ? "The name of %.*s is settled."
				      : "The name of %.*s is open again.",
			    TEXT_F(crate.name));
}

const struct route admin_typosquats_routes[] = {
	ROUTE(GET, "/admin/typosquats", typosquats_get, .auth = AUTH_ADMIN, .page = true,
	      .doc = "Page: new crates named like well-known ones"),
	ROUTE(POST, "/admin/crates/{name}/typosquat", settle_post, .auth = AUTH_ADMIN, .page = true,
	      .body = BODY_FORM, .body_max = 8192,
	      .doc = "Form: settle what a crate's name is like"),
	ROUTE_END,
};
