/* /crates/{name}/reverse_dependencies (templates/dependents.html) */
#pragma once

#include "templates/crate_head.h"
#include "templates/downloads.h"

struct requirement_shown {
	struct text req;
	const char *kind;            /* "build", "dev"; NULL: a normal one */
	struct text target, renamed; /* absent: everywhere, by its own name */
	bool optional;
};

struct dependent_shown {
	struct text crate, num, description; /* description absent: none */
	const struct requirement_shown *reqs;
	size_t nreqs;
	uint64_t downloads;
	int64_t created_us;
};

/* An entry of a menu of the filter. */
struct choice {
	struct text value, label;
	bool chosen;
};
struct choices {
	const struct choice *v;
	size_t n;
};

/* How many dependents take which versions. */
struct range_share {
	struct text label, href; /* href: those alone */
	uint64_t n;
	struct small_text percent;
};

struct dependents_page {
	struct head head;
	const struct crate_head *crate;
	struct text name;
	struct paging_view paging;
	struct text first_page; /* href; present behind a seek, where nobody counts pages */
	struct links sorts;
	struct text sort; /* what the filter form keeps; absent: the usual one */
	struct choices kinds, optional, ranges;
	bool filtered;
	uint64_t bounded; /* counts are of so many, the most downloaded; 0: of all */
	const struct svg_bar *bars;
	size_t nbars;
	const struct range_share *shares;
	size_t nshares;
	const struct dependent_shown *v;
	size_t n;
};
void dependents_page(struct tmpl *t, const struct dependents_page *v);
