/* Finds what a request for a list of crates asks for: of lists and of searches, for the API and for pages. */
#pragma once

#include "handlers/api/crate_wanted.h"

/* One page, and how many there are in all. */
struct crates_found {
	struct crate_key *keys; /* in order; of a search, exact tells the crate of that very name */
	size_t n;
	uint64_t total;          /* also where the page is empty */
	struct crate_view *rows; /* of these keys, in no order */
	size_t nrows;
};

/* arena. The queries of the list itself, and one for its rows; none where nothing can match. */
const struct err *must_use crates_find(struct req *r, const struct crates_wanted *w,
				       struct crates_found *ret);

/* What is to be shown of keys[i]; NULL where the crate was deleted meanwhile. */
const struct crate_view *crates_found_row(const struct crates_found *f, size_t i);
