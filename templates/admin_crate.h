/* /admin/crates/{name} and its deletion (templates/admin_crate.html) */
#pragma once

#include "db/crate.h"
#include "db/owner.h"
#include "db/version_view.h"
#include "templates/admin_queues.h"

struct admin_crate_page {
	struct head head;
	struct crate_row crate;
	const struct owner_view *owners;
	size_t nowners;
	const struct version_key *versions; /* of this page, highest first */
	size_t nversions, versions_in_all;
	struct text
		older; /* version behind which the next page begins; absent: these are the last */
	struct admin_typosquat typosquat; /* n 0: its name is like no other */
	struct audit_rows audit;
};
void admin_crate_page(struct tmpl *t, const struct admin_crate_page *v);

struct admin_delete_page {
	struct head head;
	struct text name;
	struct field message, hours;
	bool ticked;
	struct form_errors errors;
};
void admin_delete_page(struct tmpl *t, const struct admin_delete_page *v);
