/*
 * Which route a path and a method mean: contract/api.md 1.2 and 1.3. Patterns are compiled once;
 * matching is a walk over the patterns of the same number of segments.
 */
#pragma once

#include "app/server/req.h"

struct router;

/* owned (free with router_free). Two routes of one method and one shape, or a pattern that is none,
 * are a BUG. */
struct router *router_new(const struct route *const *lists);
void router_free(struct router *rt);

struct route_match {
	const struct route *route; /* NULL: no such path, or not by this method */
	struct text allow; /* the methods that the path has, as Allow wants them; absent: no such
			      path */
	struct query_pair params[ROUTE_PARAMS_MAX];
	size_t nparams;
	const char *bad_param; /* the first one whose decoded value is no UTF-8 */
};

/* method 0 matches no route (a method that we do not know). path is normalised. Texts in ret are
 * arena. */
void router_match(const struct router *rt, struct arena *a, unsigned method, struct text path,
		  struct route_match *ret);

/* Every route in the order of the lists; fn returning false ends it. */
void router_each(const struct router *rt, bool (*fn)(void *ctx, const struct route *route),
		 void *ctx);
