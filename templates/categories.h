/* /categories, /categories/{slug} (templates/categories.html) */
#pragma once

#include "db/category.h"
#include "templates/crate_list.h"

struct category_row {
	struct text slug, name, description;
	uint64_t crates; /* in it and in all below it */
	const struct category_row *below;
	size_t nbelow;
};

struct categories_page {
	struct head head;
	struct links sorts;
	const struct category_row *rows;
	size_t n;
};
void categories_page(struct tmpl *t, const struct categories_page *v);

struct category_page {
	struct head head;
	struct text name, description;
	struct links crumbs;
	const struct category_row *below;
	size_t nbelow;
	struct crate_list list;
};
void category_page(struct tmpl *t, const struct category_page *v);
