/* What a request for a list of crates asks for (contract/api.md 9), read in the reference's order. */
#pragma once

#include "handlers/api/common.h"
#include "handlers/api/crate_order.h"

struct search_query; /* app/registry/search_query.h */

struct crates_wanted {
	struct text q; /* absent: no search */
	struct crate_order order;
	struct crate_filter filter;
	struct texts names; /* exactly these, where by_names */
	bool by_names;
	bool nothing;  /* no crate can match */
	bool personal; /* the answer depends on who asks */
	struct paging paging;
	bool has_after;
	struct crate_key after; /* where the page begins, with its name */
	/*
	 * Of pages: filters that look at one crate after the other, NULL for none. They narrow down what a search, or a
	 * filter that leaves few, has found; on a list of all crates they have no effect.
	 */
	const struct search_query *choosy;
};

/*
 * Parameters, then the user where the list is one's own, then paging. Some words of it are looked up, each kind in one
 * query: keywords, and the name of the crate that a seek stands on.
 */
const struct err *must_use crates_wanted_read(struct req *r, struct crates_wanted *ret);

/*
 * Adds to a filter that a crate must have each of these words, between white space and in any case. More than a crate can
 * have, and unknown ones, match nothing. At most one query.
 */
const struct err *must_use crates_wanted_keywords(struct req *r, struct text words,
						  struct crates_wanted *w);

/* Reads w->paging.seek for w->order. ERR_INVALID ("invalid seek parameter"). At most one query, for a name. */
const struct err *must_use crates_wanted_seek(struct req *r, struct crates_wanted *w);
