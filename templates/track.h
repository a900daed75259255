/* Release tracks (contract/web.md 7): versions that cargo takes for compatible, 1.x or 0.3. */
#pragma once

#include "app/base/text.h"

struct arena;

struct track {
	bool known;            /* false: not even its three numbers can be read */
	uint64_t major, minor; /* minor 0 unless major is */
};

struct track track_of(struct text num);
bool track_eq(struct track a, struct track b); /* unknown ones are alike */

/* "0.3", "1.x", "100" (from 100 on they are years and the like), "?". arena */
struct text track_name(struct arena *a, struct track t);
