/*
 * handlers/web/sign_in.c - GET /sign-in/{link}
 *
 * The link that `cratehouse session create LOGIN --link` prints: good once, for ten minutes. What only looks at it
 * (HEAD, a browser that fetches ahead) does not use it up. It leads to where /login was asked for last (return_to.h).
 */
#include "app/server/sign_in.h"
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/hash.h"
#include "db/session.h"
#include "handlers/routes.h"
#include "handlers/web/return_to.h"

static struct reply sign_in_get(struct req *r)
{
	struct sha256 hash = sha256_of(req_path(r, "link"));
	struct sign_in_cookie cookie;
	const struct err *e;
	struct reply rp;
	uint64_t user_id;
	bool found;

	if (r->head || req_header(r, "Sec-Purpose").p || req_header(r, "Purpose").p)
		return reply_text(r, 200, "text/plain; charset=utf-8",
				  TEXT("Open this link to sign in.\n"));
	e = db_link_take(r->db, &hash, "sign-in", &user_id, &found);
	if (e)
		return reply_err(r, e);
	if (!found)
		return reply_err(
			r, err_new_status(r->arena, ERR_AUTH, 403,
					  "This link has been used already, or has run out."));
	e = sign_in_as(r, user_id, "a link", &cookie);
	if (e)
		return reply_err(r, e);
	rp = page_go(r, return_kept(r));
	sign_in_cookie(r, &rp, &cookie);
	return_done(r, &rp);
	reply_header(&rp, "Referrer-Policy", TEXT("no-referrer"));
	return rp;
}

const struct route sign_in_routes[] = {
	ROUTE(GET, "/sign-in/{link}", sign_in_get, .open = true, .auth = AUTH_NONE, .page = true,
	      .doc = "Signs in by a link from the command line"),
	ROUTE_END,
};
