/* The arrays that routes.c lists, in its order; each is in the handler file of its name. */
#pragma once

#include "app/server/route.h"

extern const struct route site_metadata_routes[];
extern const struct route version_files_routes[];
