/* handlers/web/admin_reports.c - /admin/reports: what people reported by /support */
#include "app/base/arena.h"
#include "handlers/routes.h"
#include "handlers/web/admin.h"
#include "templates/admin_queues.h"

#include <inttypes.h>

static const struct err *number_of(struct req *r, const char *name, uint64_t *ret)
{
	struct text t;
	const struct err *e = req_query(r, name, &t);

	if (!e && t.p && !text_u64(t, 1, INT64_MAX, ret))
		e = err_new(r->arena, ERR_INVALID, "%s must be a number", name);
	return e;
}

/* One report, whole. */
static const struct err *one(struct req *r, uint64_t id, struct admin_reports_page *v)
{
	struct report *report = arena_alloc(r->arena, sizeof(*report));
	bool found;
	const struct err *e = db_report(r->db, id, report, &found);

	if (!e && !found)
		e = err_new(r->arena, ERR_NOT_FOUND, "There is no report %" PRIu64, id);
	v->v = report;
	v->n = 1;
	v->whole = true;
	return e;
}

/* ?id= one; else those that wait, ?all=1 the settled ones too; ?before= older ones. */
static struct reply reports_get(struct req *r)
{
	struct admin_reports_page v = { .head = { .title = TEXT("Reports"), .noindex = true } };
	struct report *rows;
	uint64_t id = 0, before = INT64_MAX, all = 0;
	const struct err *e = number_of(r, "id", &id);

	if (!e)
		e = number_of(r, "before", &before);
	if (!e)
		e = number_of(r, "all", &all);
	v.all = all != 0;
	if (!e && id) {
		e = one(r, id, &v);
	} else if (!e) {
		e = db_reports(r->db, v.all, before, &rows, &v.n);
		v.v = rows;
	}
	if (e)
		return reply_err(r, e);
	if (!id && v.n == REPORTS_MAX)
		v.before = v.v[v.n - 1].id;
	return reply_page(r, 200, admin_reports_page, &v);
}

/* settled: "yes" or "no". */
static struct reply settle_post(struct req *r)
{
	bool settled = text_eq(req_form(r, "settled"), TEXT("yes"));
	struct audit_entry note = admin_note(r, settled ? "report_settle" : "report_reopen");
	struct report report;
	bool found = false, changed = false;
	uint64_t id;
	const struct err *e = NULL;

	if (!text_u64(req_form(r, "id"), 1, INT64_MAX, &id))
		e = err_new(r->arena, ERR_INVALID, "id must be a number");
	if (!e)
		e = db_report(r->db, id, &report, &found);
	if (!e && !found)
		e = err_new(r->arena, ERR_NOT_FOUND, "There is no report %" PRIu64, id);
	if (!e) {
		note.crate = report.crate;
		note.detail = text_fmt(r->arena, "{\"report_id\":%" PRIu64 "}", id);
		e = db_report_settle(r->db, id, settled, &note, &changed);
	}
	if (e)
		return reply_err(r, e);
	return page_go_with(r, page_local(req_form(r, "return_to")),
			    changed ? FLASH_SUCCESS : FLASH_INFO,
			    !changed  ? "The report about %.*s was as you want it already."
			    : settled ? "The report about %.*s is settled."
				      : "The report about %.*s is open again.",
			    TEXT_F(report.crate));
}

const struct route admin_reports_routes[] = {
	ROUTE(GET, "/admin/reports", reports_get, .auth = AUTH_ADMIN, .page = true,
	      .doc = "Page: what people reported"),
	ROUTE(POST, "/admin/reports/settle", settle_post, .auth = AUTH_ADMIN, .page = true,
	      .body = BODY_FORM, .body_max = 8192, .doc = "Form: settle a report"),
	ROUTE_END,
};
