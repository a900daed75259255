/* What the feeds of keywords, categories and followers are made of. */
#pragma once

#include "app/server/req.h"
#include "db/crate_list.h"
#include "db/feed.h"

/*
 * The newest version of each of the FEED_CRATE_IDS crates of the filter that were changed last, newest first. Three queries; the
 * filter must not be empty. arena
 */
const struct err *must_use feed_newest_of(struct req *r, const struct crate_filter *filter,
					  struct feed_items *ret);
