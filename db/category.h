/*
 * The tree of categories (contract/api.md 20). There are about a hundred of them, so they are read whole, once, and what
 * is above, below or summed up is worked out here. A slug has "::" between its levels.
 */
#pragma once

#include "db/crate_view.h"

enum { CATEGORIES_MAX = 2000 };

/* All, by slug; at most CATEGORIES_MAX. */
const struct err *must_use db_categories(struct db *db, struct category_view **ret, size_t *ret_n);

/* NULL: there is none of that slug. */
const struct category_view *category_find(const struct category_view *v, size_t n,
					  struct text slug);

/* Of a category and everything below it; a crate in two of them counts twice, as upstream. */
uint64_t category_sum(const struct category_view *v, size_t n, struct text slug);

bool category_is_top(struct text slug);

/* What stands behind the last "::" of a stored name or slug; all of it where there is none. Borrowed. */
struct text category_last_part(struct text t);

/* Those of the first level, each with its sum in crates_cnt; by name, or with the most crates first. arena */
struct category_view *categories_top(struct arena *a, const struct category_view *v, size_t n,
				     bool by_crates, size_t *ret_n);

/* Those directly below, each with its sum. arena */
struct category_view *categories_below(struct arena *a, const struct category_view *v, size_t n,
				       struct text slug, size_t *ret_n);

/* Those above, from the top down. upstream: each with the sum of the topmost. arena */
struct category_view *categories_above(struct arena *a, const struct category_view *v, size_t n,
				       struct text slug, size_t *ret_n);

extern const struct db_stmt *const db_category_stmts[];
