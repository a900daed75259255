/*
 * docs_status: asks the site of API documentation (site.docs_url) whether it has built those versions that somebody has looked at
 * (contract/web.md W059, 15.4). Some at a time, those first whose turn it is (db/docs_build.h); when it is away, the rest waits for the next
 * run, up to a bound. A version to which it has no good answer counts as asked, so that it is in nobody's way.
 */
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/jobs/kinds.h"
#include "app/outside/docs.h"
#include "app/outside/http.h"
#include "app/server/app.h"
#include "db/docs_build.h"

enum { RUN_S = 60 };

static const struct err *ask(struct job_run *r, const struct docs_wanted *w)
{
	const struct err *why, *e;
	struct opt_u64 built = { .set = true };

	switch (docs_look(r->app->http, r->arena, r->app->cfg->site.docs_url, w->crate, w->num,
			  &why)) {
	case DOCS_BUILT:
		built.v = 1;
		break;
	case DOCS_FAILED:
	case DOCS_UNKNOWN:
		break;
	case DOCS_AWAY:
		if (http_failure(r->app->http) != HTTP_DONE)
			return why;
		e = db_docs_asked(r->app->db, w->version_id, (struct opt_u64){ 0 });
		return e ? e : why;
	}
	return db_docs_asked(r->app->db, w->version_id, built);
}

const struct err *job_docs_status_run(struct job_run *r)
{
	const struct config *cfg = r->app->cfg;
	int64_t end_us = time_monotonic_us() + RUN_S * (int64_t)US_PER_S;
	struct docs_wanted *v;
	const struct err *e;
	uint64_t forgotten;
	size_t n;

	if (!cfg->site.docs_url.n || !cfg->site.docs_status)
		return NULL;
	e = db_docs_forget_rest(r->app->db, &forgotten);
	if (!e && forgotten)
		log_info(
			log_text("msg", TEXT("more wishes to know of documentation than are kept")),
			log_u64("forgotten", forgotten));
	if (!e)
		e = db_docs_wanted(r->app->db, &v, &n);
	for (size_t i = 0; !e && i < n && time_monotonic_us() < end_us; i++)
		e = ask(r, &v[i]);
	return e;
}
