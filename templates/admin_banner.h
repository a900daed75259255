/* /admin/banner (templates/admin_banner.html) */
#pragma once

#include "db/banner.h"
#include "templates/admin.h"

struct banner_name {
	const char *word; /* of forms: "problem" */
	const char *label;
};
extern const struct banner_name banner_names[BANNER_KINDS];

struct admin_banner_page {
	struct head head;
	const struct banner_row *v; /* those that are set, also those that have run out */
	size_t n;
	struct text configured; /* server.banner */
	enum banner_kind kind;  /* of the form */
	struct field message, until;
	struct form_errors errors;
	bool preview; /* shows the form's banner as it would be */
};
void admin_banner_page(struct tmpl *t, const struct admin_banner_page *v);
