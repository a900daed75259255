/* JSON of a crate, its keywords and categories: contract/api.md 7.1 and 7.5. */
#pragma once

#include "app/base/jw.h"
#include "db/crate_view.h"
#include "db/version_view.h"

struct json_crate_with {
	bool with_tops;                      /* else "0.0.0" */
	const struct version_view *versions; /* their ids are shown where with_versions */
	size_t nversions;
	bool with_versions;
	const struct keyword_view *keywords;
	size_t nkeywords;
	bool with_keywords;
	const struct category_view *categories;
	size_t ncategories;
	bool with_categories;
	bool with_recent_downloads; /* else null, and downloads is the plain total */
	bool zero_recent_downloads; /* 0 in place of null */
	bool exact_match;
};

void json_crate(struct jw *j, const char *key, const struct crate_view *c,
		const struct json_crate_with *with);
void json_keyword(struct jw *j, const char *key, const struct keyword_view *k);
void json_category(struct jw *j, const struct category_view *c);

/* One category with those below and those above it. */
struct category_list {
	const struct category_view *v;
	size_t n;
};
void json_category_tree(struct jw *j, const char *key, const struct category_view *c,
			struct category_list subcategories, struct category_list parents);

/* A URL that people may follow; null by the rules of contract/api.md 4.5. */
void json_public_url(struct jw *j, const char *key, struct text url);
