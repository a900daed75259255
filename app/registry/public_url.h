/* Where the files of a version are for clients: below /static of the site (design.md 7). */
#pragma once

#include "app/base/text.h"

struct arena;

/* {site_url}/static/{folder}/{name}/{name}-{version}{ending}, `+` as %2B; arena. name and version within their grammars. */
struct text public_url(struct arena *a, struct text site_url, const char *folder, struct text name,
		       struct text version, const char *ending);
