#include "app/server/docs.h"

#include "app/base/config.h"
#include "app/base/jw.h"
#include "app/base/log.h"
#include "app/server/app.h"
#include "app/server/may.h"
#include "db/job.h"

enum { DATA_BYTES = 4096 };

const struct err *docs_may_rebuild(struct req *r, struct text called, uint64_t crate_id)
{
	const struct err *e = may_do(r, called, crate_id, RIGHTS_TO_REBUILD_DOCS);

	if (!e && !docs_on(r->cfg))
		e = err_new(r->arena, ERR_NOT_FOUND, "%.*s does not build documentation",
			    TEXT_F(r->cfg->site.domain));
	return e;
}

/* The names as they are stored; upstream takes the URL's spelling. */
static struct text job_data(struct req *r, struct text name, struct text version)
{
	struct buf b = buf_init(r->arena, DATA_BYTES);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_text(&j, "name", name);
	jw_text(&j, "version", version);
	jw_end(&j);
	return buf_text(&b);
}

const struct err *docs_rebuild(struct req *r, struct text name, struct text version)
{
	return db_job_add(r->db, &job_docs_rs_queue_rebuild, job_data(r, name, version), NULL);
}

const struct err *docs_state(struct req *r, struct text name, struct text version,
			     struct docs_state *ret)
{
	struct docs_state s = { 0 };
	const struct err *e, *why;
	struct job job;

	e = db_job_waiting(r->db, &job_docs_rs_queue_rebuild, job_data(r, name, version), &job,
			   &s.waits);
	if (e)
		return e;
	if (s.waits) {
		s.waits_since_us = job.created_us;
		s.failures = job.retries;
		s.again_us = job.run_after_us;
	}
	s.build = docs_look(r->app->http, r->arena, r->cfg->docs.url, name, version, &why);
	if (why)
		log_err(LOG_LEVEL_WARN, "the state of documentation is not known", why);
	*ret = s;
	return NULL;
}
