/* The table of contents: every route of the program, in the order of the reference's router (contract/api.md 8). */
#include "app/server/route.h"

#include <stddef.h>

const struct route *const route_lists[] = {
	NULL,
};
