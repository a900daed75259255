/* Dependencies of a version as its page shows them (contract/web.md P11): with what they are today. One query. */
#pragma once

#include "db/db.h"

struct dependency_row {
	uint64_t kind; /* enum dep_kind */
	struct text crate, explicit_name, req, target;
	struct text features; /* JSON list */
	bool optional, default_features;
	struct text description;      /* of the crate; absent: none, or the crate is not here */
	struct text newest, license;  /* of its default version; absent: none */
	struct opt_u64 newest_yanked; /* 1: all its versions are */
	/* Lines of id, tab, patched, tab, unaffected (JSON lists) of advisories in force, newest id first; absent: none. */
	struct text advisories;
	struct text replaced_by,
		replaced_url; /* by the standard library, as struct crate_facts; absent: not */
};

enum { DEPENDENCY_ROWS_MAX = 2000 };

/* Normal ones, build, dev; of each first those that are not optional, then by name. */
const struct err *must_use db_dependency_rows(struct db *db, uint64_t version_id,
					      struct dependency_row **ret, size_t *ret_n);

extern const struct db_stmt *const db_dependency_page_stmts[];
