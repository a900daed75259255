/*
 * What people type into the search field (contract/web.md 4.2 and P5): free words, and filters among them.
 *
 *	http client keyword:async category:web-programming owner:alice license:MIT msrv<=1.70 has:bin is:no-std -server
 *
 * A word is a filter by its beginning; one with nothing behind it is a word like any other. Double quotes keep a phrase of
 * a filter's value together: license:"MIT OR Apache-2.0".
 */
#pragma once

#include "app/registry/manifest.h" /* struct texts */

struct arena;

enum search_filter {
	FILTER_KEYWORD,  /* keyword:x, several: all of them */
	FILTER_CATEGORY, /* category:slug, the last one counts */
	FILTER_OWNER,    /* owner:login, the last one counts */
	FILTER_LICENSE,  /* license:MIT or licence:MIT: an id, or a whole expression */
	FILTER_MSRV,     /* msrv<=1.70 or msrv:1.70: builds with that Rust */
	FILTER_HAS,      /* has:bin, has:lib */
	FILTER_IS,       /* is:stable (a version from 1.0.0 on), is:no-std */
	FILTER_WITHOUT,  /* -word: neither in name nor in description */
	FILTER_YANKED,   /* yanked:yes: also crates of which every version is yanked */
	SEARCH_FILTERS
};

/* One filter as it stands in the text. */
struct search_token {
	enum search_filter filter;
	struct text value; /* without quotes, never empty */
	struct text as_typed;
};

enum { SEARCH_TOKENS_MAX = 32 };

struct search_query {
	struct text words; /* what is left, single blanks between; absent: nothing */
	struct search_token tokens[SEARCH_TOKENS_MAX];
	size_t ntokens;
};

/* Never fails: what cannot be read is a word. More than SEARCH_TOKENS_MAX filters are passed over. Texts are arena or of q. */
void search_query_parse(struct arena *a, struct text q, struct search_query *ret);

/* The last value of a filter; absent where it is not there. */
struct text search_query_last(const struct search_query *s, enum search_filter f);

/* The text without one of its filters: what the link that takes it away asks for. arena */
struct text search_query_without(struct arena *a, const struct search_query *s, size_t token);

/* How a filter is written, value quoted where it has a blank: "keyword:async". arena */
struct text search_query_token(struct arena *a, enum search_filter f, struct text value);

/* What is told of the default version of a crate to those filters that look at one crate after the other. */
struct crate_traits {
	uint64_t id;
	struct text name, description;
	struct text num, license, rust_version; /* absent: none */
	struct text bin_names;                  /* JSON list; absent, "[]": none */
	struct text keywords, categories;       /* JSON lists; absent: none */
	bool has_lib, marked;
	uint64_t
		marks; /* app/registry/marks.h; where not marked, keywords and categories are asked */
};

/* Whether there is such a filter: license, msrv, has, is, without. */
bool search_query_is_choosy(const struct search_query *s);

/* Whether a crate passes all of them. A value that no crate can have lets none pass. */
bool search_query_fits(const struct search_query *s, const struct crate_traits *c);
