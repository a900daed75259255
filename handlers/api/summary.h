/* What the front page shows, for the API and for the page: four queries, however large the registry is. */
#pragma once

#include "app/server/req.h"
#include "db/crate_view.h"
#include "db/summary.h"

struct front {
	struct summary s;
	struct crate_view *crates; /* of all lists: crate_view_find */
	size_t ncrates;
	struct keyword_view *keywords; /* most used first, at most SUMMARY_LENGTH */
	size_t nkeywords;
	struct category_view *categories; /* of the first level, all of them, most used first */
	size_t ncategories;
};

const struct err *must_use front_load(struct req *r, struct front *f);
