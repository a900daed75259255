/* docs_rs_queue_rebuild: asks the configured docs.rs to build the documentation of a version again (contract/jobs.md 6.4). */
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/jobs/kinds.h"
#include "app/outside/docs.h"
#include "app/outside/http.h"
#include "app/server/app.h"

/* Too many, or not now: later. Whatever else it says is its last word, and the operator's to read. */
static const struct err *judge(struct job_run *r, const struct http_answer *got)
{
	const struct err *e;

	if (got->status >= 200 && got->status < 300)
		return NULL;
	e = err_new(r->arena, ERR_BUSY, "the documentation builder answered %u", got->status);
	if (got->status == 429 || got->status >= 500)
		return e;
	log_err(LOG_LEVEL_WARN, "documentation is not built again", e);
	return NULL;
}

const struct err *job_docs_rs_queue_rebuild_run(struct job_run *r)
{
	const struct config *cfg = r->app->cfg;
	struct text name, version;
	struct http_request q = { .method = "POST", .body = TEXT("") };
	struct http_answer got;
	const struct err *e = job_text(r, "name", &name);

	if (!e)
		e = job_text(r, "version", &version);
	if (e || !docs_on(cfg)) /* it was there when the job was made */
		return e;
	q.url = docs_url(r->arena, cfg, name, version, "/rebuild");
	if (cfg->docs.token.value.n)
		q.bearer = &cfg->docs.token;
	e = http_send(r->app->http, r->arena, &q, &got);
	return e ? e : judge(r, &got);
}
