/* handlers/api/version_docs.c - POST /api/v1/crates/{name}/{version}/rebuild_docs (contract/api.md 13.3) */
#include "app/server/auth.h"
#include "app/server/docs.h"
#include "handlers/api/common.h"

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
		e = docs_may_rebuild(r, req_path(r, "name"), crate.id);
	if (!e)
		e = docs_rebuild(r, crate.name, v.num);
	return e ? reply_err(r, e) : reply_empty(r, 201);
}

const struct route version_docs_routes[] = {
	ROUTE(POST, "/api/v1/crates/{name}/{version}/rebuild_docs", rebuild_docs, .auth = AUTH_LATE,
	      .doc = "Have the documentation built again"),
	ROUTE_END,
};
