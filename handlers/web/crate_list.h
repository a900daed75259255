/* What the pages that list crates have in common: ?sort= and ?page= (or ?seek= behind the last of them), and the rows. */
#pragma once

#include "handlers/api/crate_find.h"
#include "handlers/web/page.h"
#include "templates/crate_list.h"

struct crate_list_rules {
	const char
		*sort;  /* where ?sort= is not sent, or is none of them: "recent-downloads", ... */
	bool relevance; /* it is a search: relevance is one of them, the name is not */
	uint64_t per_page, max_pages;
};

/*
 * Finds the page of crates that w asks for (q, filter, nothing: set by the caller; order and paging here) and fills what
 * templates/crate_list.html shows. ERR_INVALID for a page or seek that is none. The queries of crates_find.
 */
const struct err *must_use crate_list_find(struct req *r, struct crates_wanted *w,
					   const struct crate_list_rules *rules,
					   struct crate_list *ret);

/* Whether the page is behind the first one: what search engines need not keep. */
bool crate_list_is_later(const struct crate_list *v);
