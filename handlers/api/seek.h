/*
 * The opaque `seek` of a page: base64url without padding of compact JSON, what the order of the page compares
 * (contract/api.md 5): one part stands bare, several are a list.
 */
#pragma once

#include "app/base/text.h"

struct arena;

enum { SEEK_PARTS_MAX = 4 };

struct seek_part {
	bool null;
	int64_t number;   /* a boolean is 0 or 1 */
	struct text text; /* of a part that is one */
};

/*
 * How the parts are written, one letter each: n a number, N a number or null, b a boolean, t a text. Texts that need
 * escapes in JSON are not used here: names and version numbers never do.
 */
/* arena */
struct text seek_encode(struct arena *a, const char *kinds, const struct seek_part *parts);

/* The same back into as many parts; false for anything else, padding and further elements included. */
bool seek_decode(struct arena *a, struct text seek, const char *kinds, struct seek_part *ret);
