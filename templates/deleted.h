/* /deleted (templates/deleted.html) */
#pragma once

#include "db/deleted.h"
#include "templates/page.h"

struct deleted_page {
	struct head head;
	const struct deleted_crate *v;
	size_t n;
	int64_t now_us;
	struct text older; /* href; absent: these are the first that were deleted */
};

void deleted_page(struct tmpl *t, const struct deleted_page *v);
