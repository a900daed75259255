/*
 * What is new as RSS 2.0 and as Atom (RFC 4287). RSS is what crates.io has (contract/jobs.md 11): the same titles, links,
 * elements and their order, with the site's own domain; only the namespace of crates:name and crates:version is that
 * of crates.io, for programs that look for it.
 */
#pragma once

#include "app/base/buf.h"
#include "db/feed.h"

struct config;

enum feed_kind {
	FEED_CRATES,
	FEED_UPDATES,
	FEED_CRATE,
	FEED_KEYWORD,
	FEED_CATEGORY,
	FEED_USER,
	FEED_FOLLOWED
};

struct feed {
	enum feed_kind kind;
	struct text name; /* of the crate, keyword, category (its slug) or user; else absent */
	struct text self; /* of FEED_FOLLOWED: its path at this site */
	struct feed_items items;
};

enum {
	FEED_MAX_BYTES = 32 << 20
}; /* FEED_OF_ALL_MAX items with descriptions of four-byte characters, escaped */

/* "crates.xml", "crates/serde.xml", "keywords/no-std.xml": below /rss/ or /atom/ of the site, and below rss/ of the
 * public files for the first three kinds. Encoded for a URL. arena */
struct text feed_path(struct arena *a, enum feed_kind kind, struct text name);

#define FEED_RSS_TYPE "text/xml; charset=UTF-8"
#define FEED_ATOM_TYPE "application/atom+xml; charset=UTF-8"

void feed_rss(struct buf *b, const struct config *cfg, const struct feed *f);
void feed_atom(struct buf *b, const struct config *cfg, const struct feed *f);
