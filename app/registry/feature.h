/* Features of a crate: their names, the values they enable, and how the index splits them
 * (contract/publish.md 8, 17.3). */
#pragma once

#include "app/registry/manifest.h"

struct arena;
struct err;

/* NULL, or ERR_INVALID in the contract's words. */
const struct err *must_use feature_check_name(struct arena *a, struct text name);

/* A value of a feature: a feature, "dep:x", "x/feature" or "x?/feature". NULL, or ERR_INVALID. */
const struct err *must_use feature_check_value(struct arena *a, struct text value);

/* The characters of a feature name: the first, and any other. For the check of the table against
 * other tables. */
bool feature_char_is_ok(uint32_t c, bool first);

struct feature_split {
	struct manifest_feature *v1,
		*v2; /* `features` and `features2` of an index line; arena, values borrowed */
	size_t n1, n2;
};

/*
 * Those that cargo before 1.60 can't read ("dep:x", "x?/y") and those that enable such a one go to
 * v2. Both keep the order given.
 */
struct feature_split feature_split(struct arena *a, const struct manifest_feature *f, size_t n);
