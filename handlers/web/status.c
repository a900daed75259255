/* handlers/web/status.c - /status: what works, and how fresh the work in the background is; /category_slugs (P8) */
#include "config.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/inspect/filter.h"
#include "handlers/routes.h"
#include "handlers/web/page.h"
#include "templates/status.h"

enum { LATE_S = 600 }; /* more than two intervals */

static bool is_late(const struct schedule_row *row, int64_t now_us)
{
	int64_t since = row->done_us.set ? row->done_us.v : row->next_us - row->every_s * US_PER_S;

	return row->every_s && now_us - since > (2 * row->every_s + LATE_S) * US_PER_S;
}

static struct text interval(struct req *r, int64_t s)
{
	bool days = s % 86400 == 0, hours = s % 3600 == 0;
	uint64_t n = (uint64_t)(days ? s / 86400 : hours ? s / 3600 : (s + 59) / 60);

	if (!s)
		return TEXT("unknown");
	return text_fmt(r->arena, "%llu %s", (unsigned long long)n,
			days    ? plural(n, "day", "days")
			: hours ? plural(n, "hour", "hours")
				: plural(n, "minute", "minutes"));
}

static const struct err *load(struct req *r, struct status_page *v)
{
	int64_t now_us = time_now_us();
	struct schedule_row *rows;
	struct status_job *jobs;
	const struct err *e = db_job_figures(r->db, &v->figures);

	if (!e)
		e = db_schedule_list(r->db, &rows, &v->njobs);
	if (e)
		return e;
	jobs = arena_array(r->arena, v->njobs, sizeof(*jobs));
	for (size_t i = 0; i < v->njobs; i++) {
		jobs[i] = (struct status_job){ .row = rows[i],
					       .every = interval(r, rows[i].every_s),
					       .late = is_late(&rows[i], now_us) };
		v->late = v->late || jobs[i].late;
	}
	v->jobs = jobs;
	return NULL;
}

static struct reply status_get(struct req *r)
{
	struct status_page v = { .version = PACKAGE_VERSION, .filter = filter_is_possible() };
	const struct err *e = load(r, &v);

	if (err_is(e, ERR_BUSY)) /* that is what one comes here to read */
		log_err(LOG_LEVEL_WARN, "status", e);
	else if (e)
		return reply_err(r, e);
	v.database = !e;
	v.head.title = TEXT("Status");
	v.head.canonical = TEXT("/status");
	return reply_page(r, v.database ? 200 : 503, status_page, &v);
}

static struct reply slugs_get(struct req *r)
{
	struct slugs_page v = { .n = 0 };
	struct category_view *all;
	const struct err *e = db_categories(r->db, &all, &v.n);

	if (e)
		return reply_err(r, e);
	v.v = all;
	v.head.title = TEXT("Category slugs");
	v.head.canonical = TEXT("/category_slugs");
	v.head.section = "categories";
	return reply_page(r, 200, slugs_page, &v);
}

const struct route status_routes[] = {
	ROUTE(GET, "/status", status_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: what works, and how fresh it is"),
	ROUTE(GET, "/category_slugs", slugs_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: slugs of categories"),
	ROUTE_END,
};
