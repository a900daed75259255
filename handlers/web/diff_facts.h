/* What two versions of a crate differ in as the database has it, for the page that compares them. */
#pragma once

#include "db/version_view.h"
#include "templates/code.h"

/* Fills ret->facts. arena */
void diff_manifest(struct arena *a, const struct version_view *old, const struct version_view *new,
		   struct diff_page *ret);

/* Fills ret->deps: added, removed and changed ones, by name. Two queries. */
const struct err *must_use diff_dependencies(struct db *db, const struct version_view *old,
					     const struct version_view *new, struct diff_page *ret);
