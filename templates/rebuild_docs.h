/* /crates/{name}/{version}/rebuild-docs (templates/rebuild_docs.html) */
#pragma once

#include "templates/crate_head.h"

struct rebuild_docs_page {
	struct head head;
	const struct crate_head *crate;
	struct text name, num;
	const char *kind; /* of the notice: "info", "good", "warn", "bad" */
	const char *last; /* how the last build ended, a sentence */
	struct text builds_href;
	bool waits; /* it was asked for, and the builder has not heard of it yet */
	int64_t waits_since_us;
	uint64_t failures; /* so often it was told and did not take it; then: */
	int64_t again_us;
};

void rebuild_docs_page(struct tmpl *t, const struct rebuild_docs_page *v);
