/* Lists and maps as they are stored: compact JSON in a text column. */
#pragma once

#include "app/registry/manifest.h"

struct arena;

struct text stored_list(struct arena *a, struct texts list); /* ["a","b"]; arena */
struct text stored_features(struct arena *a,
			    const struct manifest *m); /* {"feature":["value"]}; arena */
