/* /keywords (templates/keywords.html) */
#pragma once

#include "db/keyword.h"
#include "templates/page.h"

struct keywords_page {
	struct head head;
	struct links sorts;
	struct paging_view paging;
	const struct keyword_view *keywords;
	size_t n;
};

void keywords_page(struct tmpl *t, const struct keywords_page *v);
