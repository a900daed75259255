/* /search (templates/search.html) */
#pragma once

#include "templates/crate_list.h"

struct search_page {
	struct head head;
	struct text q;       /* what was typed; absent: nothing */
	struct links active; /* filters in force; href is the search without the one */
	struct {
		struct text words, keyword, category, owner, license, msrv, has, is, without;
		bool yanked;
	} form;
	bool form_open;
	struct links warnings; /* label: a sentence */
	struct links near;     /* names that look like it */
	struct crate_list list;
};
void search_page(struct tmpl *t, const struct search_page *v);
