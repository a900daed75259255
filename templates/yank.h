/* /crates/{name}/{version}/yank and unyank (templates/yank.html) */
#pragma once

#include "templates/crate_head.h"

struct yank_page {
	struct head head;
	const struct crate_head *crate;
	struct text name, num;
	bool unyank;
	bool yanked;         /* it is at the moment */
	uint64_t dependents; /* crates whose default version wants the crate */
	struct field message;
	struct form_errors errors;
};

void yank_page(struct tmpl *t, const struct yank_page *v);
