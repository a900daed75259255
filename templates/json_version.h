/* JSON of a version: contract/api.md 7.2. */
#pragma once

#include "app/base/jw.h"
#include "db/version_view.h"

/* crate: the name to show, stored or as given in the URL as the route wants it. */
void json_version(struct jw *j, const char *key, const struct version_view *v, struct text crate);

/* The list under the key, each with its stored crate name where crate is absent. */
void json_versions(struct jw *j, const char *key, const struct version_view *v, size_t n,
		   struct text crate);
