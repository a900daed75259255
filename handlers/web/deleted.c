/* handlers/web/deleted.c - /deleted: crates that are gone (contract/web.md P38) */
#include "templates/deleted.h"
#include "app/base/arena.h"
#include "app/base/time.h"
#include "handlers/routes.h"
#include "handlers/web/page.h"
#include "handlers/web/page_list.h"

#include <inttypes.h>

static struct reply deleted_get(struct req *r)
{
	struct deleted_page v = { .now_us = time_now_us() };
	struct deleted_crate *found;
	int64_t before;
	bool more;
	const struct err *e = page_older_than(r, &before);

	if (!e)
		e = db_deleted_crates(r->db, before, &found, &v.n, &more);
	if (e)
		return reply_err(r, e);
	v.v = found;
	if (more)
		v.older = text_fmt(r->arena, "?before=%" PRIu64, found[v.n - 1].id);
	v.head = (struct head){ .title = TEXT("Deleted crates"),
				.canonical = TEXT("/deleted"),
				.section = "crates",
				.noindex = before != INT64_MAX };
	return reply_page(r, 200, deleted_page, &v);
}

const struct route deleted_routes[] = {
	ROUTE(GET, "/deleted", deleted_get, .auth = AUTH_NONE, .page = true,
	      .doc = "Page: crates that were deleted"),
	ROUTE_END,
};
