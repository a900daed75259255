/* handlers/api/openapi.c - GET /api/openapi.json (contract/api.md 31.1) */
#include "templates/openapi.h"
#include "app/server/req.h"
#include "handlers/routes.h"

/* Any `internal` counts, with a value or without. */
static bool wants_all(struct req *r)
{
	size_t n;
	const struct query_pair *kv = req_query_all(r, &n);

	for (size_t i = 0; i < n; i++)
		if (text_eq(kv[i].name, TEXT("internal")))
			return true;
	return false;
}

static struct reply openapi_get(struct req *r)
{
	const struct openapi_document *d = wants_all(r) ? &openapi_all : &openapi_public;
	struct reply rp = reply_json(r, 200, d->json);

	reply_validator(r, &rp, d->tag);
	return rp;
}

const struct route openapi_routes[] = {
	ROUTE(GET, "/api/openapi.json", openapi_get, .auth = AUTH_NONE, .no_db = true,
	      .doc = "What each route takes and answers"),
	ROUTE_END,
};
