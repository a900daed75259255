/* Lists and maps as they are stored: compact JSON in a text column. */
#pragma once

#include "app/registry/manifest.h"

struct arena;

struct text stored_list(struct arena *a, struct texts list); /* ["a","b"]; arena */
struct text stored_features(struct arena *a,
			    const struct manifest *m); /* {"feature":["value"]}; arena */

/* The other way; what is no such JSON is empty. arena, kept as long as it. */
struct texts stored_list_read(struct arena *a, struct text json);
size_t stored_features_read(struct arena *a, struct text json,
			    struct manifest_feature **ret); /* sorted as stored: by name */
