/* /crates/{name}/delete (templates/crate_delete.html) */
#pragma once

#include "templates/crate_head.h"

struct crate_delete_page {
	struct head head;
	const struct crate_head *crate;
	struct text name;
	struct text refusal; /* why it may not be deleted; absent: it may */
	uint64_t hours;      /* how long the name rests */
	struct field message;
	bool ticked;
	struct form_errors errors;
};

void crate_delete_page(struct tmpl *t, const struct crate_delete_page *v);
