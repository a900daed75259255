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
	struct req_kv params[ROUTE_PARAMS_MAX];
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

/* Components that are empty, "." or ".." are resolved where the path has "//" or "/."
 * (contract/api.md 1.2). arena */
struct text path_normalise(struct arena *a, struct text path);

/* %XX decoded; what is no escape stays as it is. arena, or t itself where nothing changes. */
struct text percent_decode(struct arena *a, struct text t);
