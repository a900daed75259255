/* handlers/api/metrics.c - GET /api/private/metrics/{kind} (contract/api.md 29.1) */
#include "app/server/metrics.h"
#include "app/base/config.h"
#include "app/base/hash.h"
#include "db/job.h"
#include "db/summary.h"
#include "handlers/api/common.h"
#include "handlers/routes.h"

#include <inttypes.h>

/* upstream: the scheme is compared byte by byte here, other than for users' tokens. */
static const struct err *authorize(struct req *r)
{
	struct text token = r->cfg->server.metrics_token.value;
	struct text given = req_header(r, "Authorization");

	if (!token.n)
		return err_new(r->arena, ERR_NOT_FOUND,
			       "Metrics are disabled on this %.*s instance",
			       TEXT_F(r->cfg->site.domain));
	if (!text_starts(given, TEXT("Bearer ")) ||
	    !secret_eq(text_sub(given, strlen("Bearer "), given.n), token))
		return err_new(r->arena, ERR_AUTH, "invalid or missing authorization token");
	return NULL;
}

static const struct err *write_service(struct req *r, struct buf *b)
{
	struct registry_counts counts;
	struct job_count *jobs;
	size_t n;
	const struct err *e = db_registry_counts(r->db, &counts);

	if (!e)
		e = db_job_counts(r->db, &jobs, &n);
	if (e)
		return e;
	metric_head(b, METRIC_CRATES);
	metric_u64(b, METRIC_CRATES, "", counts.crates);
	metric_head(b, METRIC_VERSIONS);
	metric_u64(b, METRIC_VERSIONS, "", counts.versions);
	if (n)
		metric_head(b, METRIC_JOBS);
	for (size_t i = 0; i < n; i++)
		metric_u64(b, METRIC_JOBS,
			   text_fmt(r->arena, "priority=\"%" PRId64 "\",job=\"%.*s\"",
				    jobs[i].priority, TEXT_F(jobs[i].job_type))
				   .p,
			   jobs[i].n);
	return NULL;
}

static struct reply metrics_get(struct req *r)
{
	struct text kind = req_path(r, "kind"), text;
	struct buf b = reply_buf(r);
	const struct err *e = authorize(r);

	if (!e && text_eq(kind, TEXT("service")))
		e = write_service(r, &b);
	else if (!e && text_eq(kind, TEXT("instance")))
		metrics_write(r->app->metrics, &b);
	else if (!e)
		e = err_new(r->arena, ERR_NOT_FOUND, "Not Found");
	if (!e)
		e = buf_done(&b, &text);
	return e ? reply_err(r, e) : reply_text(r, 200, "text/plain; charset=utf-8", text);
}

const struct route metrics_routes[] = {
	ROUTE(GET, "/api/private/metrics/{kind}", metrics_get, .open = true, .auth = AUTH_LATE,
	      .no_store = true, .doc = "Counters for Prometheus"),
	ROUTE_END,
};
