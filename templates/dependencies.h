/* /crates/{name}/{version}/dependencies (templates/dependencies.html) */
#pragma once

#include "templates/crate_head.h"
#include "templates/words.h"

struct dependency_shown {
	struct text crate, req;
	struct text range; /* path that leads to the version it takes; absent for any */
	struct text renamed, target;
	struct text features; /* in words: "1 extra feature: std"; absent: nothing to say */
	struct text description, newest, license; /* absent: not known */
	bool optional, outdated, yanked, is_here;
	struct text advisory;     /* id of one about the newest version; absent: none */
	struct words replaced_by; /* in the standard library; none: it is not */
	struct text replaced_href;
};

struct dependency_group {
	const char *title; /* "Dependencies", "Build dependencies", ... */
	const struct dependency_shown *v;
	size_t n;
};

struct dependencies_page {
	struct head head;
	const struct crate_head *crate;
	struct text name, num;
	struct dependency_group groups[3];
	size_t n; /* of all groups */
	size_t outdated;
};
void dependencies_page(struct tmpl *t, const struct dependencies_page *v);
