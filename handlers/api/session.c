/* handlers/api/session.c - DELETE /api/private/session (contract/api.md 25) */
#include "db/session.h"
#include "app/base/hash.h"
#include "app/server/auth.h"
#include "handlers/api/common.h"

/* Whoever has the cookie may end its session; without one there is nothing to end. */
static struct reply sign_out(struct req *r)
{
	const char *name = auth_cookie_name(r->cfg);
	struct text secret = req_cookie(r, name);
	const struct err *e = NULL;
	struct sha256 hash;
	struct reply rp;

	if (secret.n) {
		hash = sha256_of(secret);
		e = db_session_end(r->db, &hash);
	}
	if (e)
		return reply_err(r, e);
	rp = reply_ok(r);
	reply_cookie(r, &rp, text_from(name), TEXT(""), 0);
	return rp;
}

const struct route session_routes[] = {
	ROUTE(DELETE, "/api/private/session", sign_out, .auth = AUTH_NONE, .doc = "Sign out"),
	ROUTE_END,
};
