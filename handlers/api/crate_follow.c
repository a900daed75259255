/* handlers/api/crate_follow.c - PUT, DELETE /api/v1/crates/{name}/follow, GET .../following */
#include "app/server/auth.h"
#include "db/crate.h"
#include "db/follow.h"
#include "handlers/api/common.h"

/* A name that no crate can have, then who asks, then the crate. */
static const struct err *read_crate(struct req *r, enum route_auth auth, struct crate_row *ret)
{
	struct text name;
	const struct err *e = req_crate_name(r, &name);

	if (!e)
		e = auth_require(r, auth);
	return e ? e : db_crate_by_name(r->db, name, ret);
}

static struct reply follow_put(struct req *r)
{
	struct crate_row crate;
	const struct err *e = read_crate(r, AUTH_USER, &crate);

	if (!e)
		e = db_follow_add(r->db, r->user.id, crate.id);
	return e ? reply_err(r, e) : reply_ok(r);
}

static struct reply follow_delete(struct req *r)
{
	struct crate_row crate;
	const struct err *e = read_crate(r, AUTH_USER, &crate);

	if (!e)
		e = db_follow_remove(r->db, r->user.id, crate.id);
	return e ? reply_err(r, e) : reply_ok(r);
}

static struct reply following_get(struct req *r)
{
	struct crate_row crate;
	const struct err *e = read_crate(r, AUTH_COOKIE, &crate);
	bool is;

	if (!e)
		e = db_follow_is(r->db, r->user.id, crate.id, &is);
	if (e)
		return reply_err(r, e);
	return reply_json(r, 200,
			  is ? TEXT("{\"following\":true}") : TEXT("{\"following\":false}"));
}

const struct route crate_follow_routes[] = {
	ROUTE(PUT, "/api/v1/crates/{name}/follow", follow_put, .auth = AUTH_LATE,
	      .doc = "Follow a crate"),
	ROUTE(DELETE, "/api/v1/crates/{name}/follow", follow_delete, .auth = AUTH_LATE,
	      .doc = "Follow a crate no longer"),
	ROUTE(GET, "/api/v1/crates/{name}/following", following_get, .auth = AUTH_LATE,
	      .no_store = true, .doc = "Whether the caller follows a crate"),
	ROUTE_END,
};
