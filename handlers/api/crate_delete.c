/* handlers/api/crate_delete.c - DELETE /api/v1/crates/{name} (contract/api.md 10.3) */
#include "app/base/fault.h"
#include "app/index/publish.h"
#include "app/server/auth.h"
#include "app/server/may.h"
#include "db/crate.h"
#include "handlers/api/common.h"

enum { QUARANTINE_S = 24 * 3600 };

static const struct err *judge(struct req *r, struct text name, struct crate_row *ret)
{
	const struct err *e = auth_require(r, AUTH_COOKIE);

	if (!e)
		e = db_crate_by_name(r->db, name, ret);
	return e ? e : may_do(r, name, ret->id, RIGHTS_TO_DELETE);
}

static const struct err *run(struct req *r)
{
	struct delete_in in = { .by_owner = true, .availability_s = QUARANTINE_S };
	struct delete_out out;
	struct crate_row crate;
	struct text name;
	const struct err *e = req_query(r, "message", &in.message);

	if (!e)
		e = req_crate_name(r, &name);
	if (!e)
		e = judge(r, name, &crate);
	if (e)
		return e;
	in.crate_id = crate.id;
	in.user_id = r->user.id;
	if (!in.message.n)
		in.message = TEXT_NONE;
	e = delete_commit(r->app, r->arena, &in, &out);
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
