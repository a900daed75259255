/*
 * The gate of a private registry (registry.auth_required): whatever has no `.open` in the route table, and whatever there is no
 * route for, is for those alone who have a valid token or session. The dispatcher asks before it looks at anything else of a
 * request, so a stranger cannot tell what is there from what is not. Files (/index/, /static/) come by here too: the web server
 * hands them over, handlers/api/files.c sends them.
 *
 * For reading any token will do, whatever its scopes are: they are about changes. A token of trusted publishing is one, so that
 * a workflow can resolve what it publishes. Tokens come as cargo sends them, behind "Bearer", or as the password of HTTP Basic,
 * which is what git and readers of feeds can do.
 *
 * Pages ask the database about their session anyway. For all else a worker remembers for auth.cache_s what was good (known.h),
 * and while the database is away for auth.stale_s: so long may a revoked token go on to read. What changes something
 * is judged by its route all the same, by the database alone.
 */
#pragma once

#include "app/server/req.h"

/* Whether this request is one that needs somebody. */
bool gate_closed(const struct req *r);

/*
 * NULL where it may go on. ERR_AUTH: 401 in the reference's words for no or no good credentials, 403 for a locked account; ERR_BUSY
 * where the database is away and nothing is known. On the route of a page r->user is filled as by auth_page.
 */
const struct err *must_use gate_check(struct req *r);

/* What is said then: a browser that looks at something goes to the sign-in and comes back; all else gets e, with the ways to
 * show who one is. */
struct reply gate_refuse(struct req *r, const struct err *e);

/* On the way out of whatever is closed, answers and refusals: no cache that several people share may keep it. */
void gate_headers(struct req *r, struct reply *rp);
