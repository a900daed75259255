/* /status and /category_slugs (templates/status.html) */
#pragma once

#include "db/category.h"
#include "db/schedule.h"
#include "templates/page.h"

struct status_job {
	struct schedule_row row;
	struct text every; /* "6 hours" */
	bool late;
};

struct status_page {
	struct head head;
	const char *version;
	bool database; /* answers; else what follows it is not known */
	bool filter;   /* archives are taken apart behind a system-call filter */
	struct job_figures figures;
	const struct status_job *jobs;
	size_t njobs;
	bool late; /* one of them is */
};

void status_page(struct tmpl *t, const struct status_page *v);

struct slugs_page {
	struct head head;
	const struct category_view *v;
	size_t n;
};

void slugs_page(struct tmpl *t, const struct slugs_page *v);
