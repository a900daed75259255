/* What waits for an administrator's eyes (templates/admin_queues.html) */
#pragma once

#include "db/kept_name.h"
#include "db/typosquat.h"
#include "templates/admin.h"
#include "templates/report.h"

/* A new crate and what its name is like: n rows of it. */
struct admin_typosquat {
	const struct typosquat_row *v;
	size_t n;
};

struct admin_typosquats_page {
	struct head head;
	const struct admin_typosquat *v;
	size_t n;
	uint64_t after; /* id of the last crate, where more may follow; 0: that was all */
};
void admin_typosquats_page(struct tmpl *t, const struct admin_typosquats_page *v);

struct admin_reports_page {
	struct head head;
	const struct report *v;
	size_t n;
	bool all;        /* those that are settled, too */
	bool whole;      /* one, with all of its text */
	uint64_t before; /* id of the last one, where more may follow; 0: that was all */
};
void admin_reports_page(struct tmpl *t, const struct admin_reports_page *v);

struct admin_names_page {
	struct head head;
	struct field name, reason;
	struct form_errors errors;
	const struct kept_name *v;
	size_t n;
	struct text after; /* the last of them, where more may follow; absent: that was all */
};
void admin_names_page(struct tmpl *t, const struct admin_names_page *v);

/* What the name is like, and the form that settles it or opens it again; the form comes back to this page. */
void typosquat_hits(struct tmpl *t, const struct admin_typosquat *v);
