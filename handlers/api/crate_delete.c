/* handlers/api/crate_delete.c - DELETE /api/v1/crates/{name} (contract/api.md 10.3) */
#include "app/base/fault.h"
#include "app/server/auth.h"
#include "app/server/owners.h"
#include "db/crate.h"
#include "handlers/api/common.h"

static const struct err *run(struct req *r)
{
	struct crate_row crate;
	struct text name, message;
	const struct err *e = req_query(r, "message", &message);

	if (!e)
		e = req_crate_name(r, &name);
	if (!e)
		e = auth_require(r, AUTH_COOKIE);
	if (!e)
		e = db_crate_by_name(r->db, name, &crate);
	if (!e)
		e = owners_delete(r, name, crate.id, message.n ? message : TEXT_NONE);
	if (e)
		return e;
	FAULT_POINT(r->arena, DELETE_BEFORE_ANSWER);
	return NULL;
}

static struct reply crate_delete(struct req *r)
{
	const struct err *e = run(r);

	return e ? reply_err(r, e) : reply_empty(r, 204);
}

const struct route crate_delete_routes[] = {
	ROUTE(DELETE, "/api/v1/crates/{name}", crate_delete, .auth = AUTH_LATE,
	      .doc = "Delete a crate"),
	ROUTE_END,
};
