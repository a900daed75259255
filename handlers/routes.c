/* The table of contents: every route of the program, in the order of the reference's router
 * (contract/api.md 8). */
#include "handlers/routes.h"

#include <stddef.h>

const struct route *const route_lists[] = {
	site_metadata_routes,
	version_files_routes,
	NULL,
};
