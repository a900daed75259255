/* /crates/{name}/stats and /crates/{name}/{version}/stats (templates/crate_stats.html) */
#pragma once

#include "templates/crate_head.h"
#include "templates/downloads.h"

struct crate_stats_page {
	struct head head;
	const struct crate_head *crate;
	struct text name, num; /* num absent: of the whole crate */
	uint64_t total;        /* of all time */
	const char *span;      /* "in the last 90 days" */
	struct links ranges;   /* of time */
	struct links kinds;    /* by version, by compatible range; none for one version */
	struct downloads_part downloads;
	const struct svg_bar *bars; /* the versions with the most downloads; NULL for one version */
	size_t nbars;
};

void crate_stats_page(struct tmpl *t, const struct crate_stats_page *v);
