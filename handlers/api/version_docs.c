/* handlers/api/version_docs.c - POST /api/v1/crates/{name}/{version}/rebuild_docs (contract/api.md 13.3) */
#include "app/base/config.h"
#include "app/server/auth.h"
#include "app/server/may.h"
#include "db/job.h"
#include "handlers/api/common.h"

/* The names as they are stored; upstream takes the URL's spelling. */
static const struct err *enqueue(struct req *r, struct text name, struct text version)
{
	struct buf b = buf_init(r->arena, 4096);
	struct jw j = jw_init(&b);

	jw_object(&j, NULL);
	jw_text(&j, "name", name);
	jw_text(&j, "version", version);
	jw_end(&j);
	return db_job_add(r->db, &job_docs_rs_queue_rebuild, buf_text(&b), NULL);
}

static struct reply rebuild_docs(struct req *r)
{
	struct crate_view crate;
	struct version_view v;
	struct text num;
	const struct err *e = req_version(r, &num); /* before anybody is asked who he is */

	if (!e)
		e = auth_require(r, AUTH_COOKIE);
	if (!e)
		e = req_crate_version(r, &crate, &v);
	if (!e)
		e = may_do(r, req_path(r, "name"), crate.id, RIGHTS_TO_REBUILD_DOCS);
	if (!e && !r->cfg->docs.url.n)
		e = err_new(r->arena, ERR_NOT_FOUND, "%.*s does not build documentation",
			    TEXT_F(r->cfg->site.domain));
	if (!e)
		e = enqueue(r, crate.name, v.num);
	return e ? reply_err(r, e) : reply_empty(r, 201);
}

const struct route version_docs_routes[] = {
	ROUTE(POST, "/api/v1/crates/{name}/{version}/rebuild_docs", rebuild_docs, .auth = AUTH_LATE,
	      .doc = "Have the documentation built again"),
	ROUTE_END,
};
