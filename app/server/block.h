/* Who is turned away before any route is looked for: contract/api.md 1.4 and 1.5. */
#pragma once

#include "app/server/req.h"

/* True with *ret for a request without User-Agent, from a blocked address or with a blocked header.
 */
bool block_check(struct req *r, struct reply *ret);

/* Whether server.blocked_routes names the pattern. */
bool block_route(const struct config *cfg, const struct route *route);
