/* How many dependents of a crate are how, as their page shows it: the menus of its filter, bars, what a filter leaves. */
#pragma once

#include "app/server/req.h"
#include "db/dependent_list.h"
#include "templates/dependents.h"

struct dependent_facets {
	struct dependent_share *v;
	size_t n;
	uint64_t counted; /* dependents in all of v; DEPENDENTS_COUNTED: there may be more */
};

/* One query. */
const struct err *must_use dependent_facets(struct req *r, uint64_t target_id,
					    struct dependent_facets *ret);

/* How many of those that were counted pass. */
uint64_t dependent_facets_pass(const struct dependent_facets *f, const struct dependent_filter *w);

/* "other" of an address is "" of the table. Borrowed. */
struct text dependent_range_of(struct text param);

/* The menus with what is chosen, and the shares of what the rest of the filter leaves. arena */
void dependent_facets_show(struct req *r, const struct dependent_facets *f,
			   const struct dependent_filter *w, struct dependents_page *v);
