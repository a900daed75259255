/* /crates/{name}/security (templates/security.html) */
#pragma once

#include "templates/crate_head.h"
#include "templates/words.h"

struct advisory_shown {
	struct text id;
	struct words title;
	struct text url;              /* of the page about it; absent: none */
	struct text more, more_shown; /* what it is based on, where url is not that; absent: none */
	struct text affected;         /* requirements in words; absent: not told */
	struct text versions; /* which of the crate's versions: "1.0.0, 1.1.0"; absent: none */
	uint64_t nversions;
	struct links aliases;
	struct text cvss, cvss_href; /* absent: none */
	struct safe_html html;       /* the description; html.p NULL: not rendered, */
	struct text description;     /* then as it is */
	int64_t published_us;
};

struct advisory_group {
	const char *title;
	const struct advisory_shown *v;
	size_t n;
};

enum { ADVISORY_GROUPS = 4 };

struct security_page {
	struct head head;
	const struct crate_head *crate;
	struct text name, latest; /* latest absent: no version */
	bool latest_affected;
	struct advisory_group groups[ADVISORY_GROUPS];
	size_t n; /* of the first two groups: those in force */
};
void security_page(struct tmpl *t, const struct security_page *v);
