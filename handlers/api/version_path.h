/* The {name}/{version} of a path, checked as every such route does before it looks anything up. */
#pragma once

#include "app/server/req.h"

/*
 * The version first: ERR_INVALID `Invalid URL: ...` where it is no semver version; then
 * ERR_NOT_FOUND where the name could not be a crate's. Both as given in the URL.
 */
const struct err *must_use version_path(struct req *r, struct text *ret_name,
					struct text *ret_version);

/* The two 404s of look-ups, in the words of contract/api.md 2.2. */
const struct err *version_path_no_crate(struct req *r, struct text name);
const struct err *version_path_no_version(struct req *r, struct text name, struct text version);
