/* /keywords (templates/keywords.html) */
#pragma once

#include "db/keyword.h"
#include "templates/page.h"

struct keywords_page {
	struct head head;
	struct text heading;
	struct links sorts,
		letters; /* sorts are absent while a letter is chosen: those are by name */
	struct paging_view paging;
	const struct keyword_view *keywords;
	size_t n;
};

void keywords_page(struct tmpl *t, const struct keywords_page *v);
