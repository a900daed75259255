/*
 * The JSON in front of an upload: rows 4 to 7 of contract/publish.md 2. Four members are read, all else that cargo
 * sends is skipped: the rest of what is published comes from the Cargo.toml in the archive.
 */
#pragma once

#include "app/base/semver.h"

struct err;

enum { VERSION_MAX_BYTES = 150 };

struct publish_meta {
	struct text name, vers;
	struct text readme, readme_file; /* absent for none */
	struct semver version;           /* of vers, which it borrows from */
};

/* NULL, or ERR_INVALID in the contract's words. Texts are arena or borrowed from json. */
const struct err *must_use publish_meta_read(struct arena *a, struct text json,
					     struct publish_meta *ret);
