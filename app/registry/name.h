/*
 * Names of crates and dependencies: what is allowed, which two are the same crate, where the index
 * keeps one, and the patterns that limit a token to crates (contract/publish.md 3.1 and 3.2,
 * index.md 2, api.md 3.3). Reserved names are rows of the database.
 */
#pragma once

#include "app/base/text.h"

struct arena;
struct err;

enum name_what {
	NAME_CRATE,      /* the crate itself */
	NAME_DEPENDENCY, /* the package that is depended on */
	NAME_RENAMED,    /* what the manifest calls a dependency: may start with '_' */
};

enum { NAME_MAX_CHARS = 64 };

/* NULL, or ERR_INVALID in the contract's words. name is UTF-8 or comes back with U+FFFD. */
const struct err *must_use name_check(struct arena *a, enum name_what what, struct text name);

bool name_is_valid(enum name_what what, struct text name);

/*
 * How many letters differ between two names of at most NAME_MAX_CHARS: those put in, left out, changed, or exchanged with
 * their neighbour (the optimal string alignment distance).
 */
size_t name_distance(struct text a, struct text b);

/*
 * Canonical names that are one slip of the hand away from a canonical one: a letter left out, two neighbours exchanged, and of names up
 * to 24 letters also one more and another one. At most NAME_SLIPS_MAX; some twice. arena
 */
enum { NAME_SLIPS_MAX = 2000 };
struct texts name_slips(struct arena *a, struct text canon);

/* ASCII lower case, '-' becomes '_': equal for names that count as one crate. arena */
struct text canon_name(struct arena *a, struct text name);

/* "se/rd/serde" below the root of the index. The name is a valid one; arena. */
struct text index_path(struct arena *a, struct text name);

/* "*", a crate name, or the beginning of one and '*'. */
bool crate_scope_is_valid(struct text pattern);

/* Bytes as they are: neither case nor '-' and '_' are alike. */
bool crate_scope_matches(struct text pattern, struct text name);
