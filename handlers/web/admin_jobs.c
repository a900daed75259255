/* handlers/web/admin_jobs.c - /admin/jobs, /admin/config (contract/web.md P82) */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "db/job.h"
#include "handlers/routes.h"
#include "handlers/web/admin.h"
#include "templates/admin.h"

#include <inttypes.h>

/* What a job is about is not shown: it may be a secret of somebody's, such as the link of a letter. */
static struct reply jobs_get(struct req *r)
{
	struct admin_jobs_page v = { .head = { .title = TEXT("Jobs"), .noindex = true } };
	struct job *failed, *all;
	uint64_t after = 0;
	struct text from;
	const struct err *e = req_query(r, "after", &from);

	if (!e && from.p && !text_u64(from, 0, INT64_MAX, &after))
		e = err_new(r->arena, ERR_INVALID, "after must be a number");
	if (!e)
		e = db_job_figures(r->db, &v.figures);
	if (!e)
		e = db_job_failures(r->db, &failed, &v.nfailed);
	if (!e)
		e = db_job_list(r->db, after, &all, &v.nall);
	if (e)
		return reply_err(r, e);
	v.failed = failed;
	v.all = all;
	if (v.nall == JOB_LIST_MAX)
		v.after = all[v.nall - 1].id;
	return reply_page(r, 200, admin_jobs_page, &v);
}

/* Without an id: all that have failed. */
static struct reply retry_post(struct req *r)
{
	struct audit_entry note = admin_note(r, "job_retry");
	struct text id = req_form(r, "id");
	uint64_t number = 0, n = 0;
	const struct err *e = NULL;

	if (id.p && !text_u64(id, 1, INT64_MAX, &number))
		e = err_new(r->arena, ERR_INVALID, "id must be a number");
	note.detail = number ? text_fmt(r->arena, "{\"id\":%" PRIu64 "}", number)
			     : TEXT("{\"all\":true}");
	if (!e)
		e = db_job_retry_noted(r->db, number, &note, &n);
	if (err_is(e, ERR_NOT_FOUND))
		return page_go_with(r, TEXT("/admin/jobs"), FLASH_INFO,
				    "Job %" PRIu64 " is done already.", number);
	if (e)
		return reply_err(r, e);
	return page_go_with(r, TEXT("/admin/jobs"), FLASH_SUCCESS, "%" PRIu64 " %s due again.", n,
			    n == 1 ? "job is" : "jobs are");
}

/* ?set=1: what somebody has set. */
static struct reply config_get(struct req *r)
{
	struct admin_config_page v = { .head = { .title = TEXT("Configuration"),
						 .noindex = true } };
	struct config_line *lines;
	struct text set;
	size_t n;
	const struct err *e = req_query(r, "set", &set);

	if (e)
		return reply_err(r, e);
	v.set = set.n > 0;
	n = config_lines(r->arena, r->cfg, &lines);
	for (size_t i = 0; i < n; i++)
		if (!v.set || lines[i].where.p)
			lines[v.n++] = lines[i];
	v.v = lines;
	return reply_page(r, 200, admin_config_page, &v);
}

const struct route admin_jobs_routes[] = {
	ROUTE(GET, "/admin/jobs", jobs_get, .auth = AUTH_ADMIN, .page = true,
	      .doc = "Page: jobs that wait, run and have failed"),
	ROUTE(POST, "/admin/jobs/retry", retry_post, .auth = AUTH_ADMIN, .page = true,
	      .body = BODY_FORM, .body_max = 4096, .doc = "Form: make jobs due again"),
	ROUTE(GET, "/admin/config", config_get, .auth = AUTH_ADMIN, .page = true,
	      .doc = "Page: the configuration that is in force"),
	ROUTE_END,
};
