/* What other machines say of crates (docs/elsewhere.md): those that the standard library replaces, and those that a playground has. */
#pragma once

#include "db/mirror.h"

/* What a list says of a crate; crate_page.c and dependency_page.c read it again, each in its own query. */
struct said_row {
	struct text crate; /* in any spelling */
	struct text words; /* a description in Markdown; a name in Rust */
	struct text url;   /* of a replacement; absent else */
};

enum { SAID_MAX = 5000 }; /* rows of a list */

/* Afterwards there are exactly these; of several of one crate the first counts. One transaction, with the mirror's row. */
const struct err *must_use db_replacements_put(struct db *db, struct text mirror_name,
					       const struct mirror_row *mirror,
					       const struct said_row *v, size_t n);
const struct err *must_use db_playground_put(struct db *db, struct text mirror_name,
					     const struct mirror_row *mirror,
					     const struct said_row *v, size_t n);

extern const struct db_stmt *const db_elsewhere_stmts[];
