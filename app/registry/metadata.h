/*
 * What a manifest has to say before it is published: rows 21 to 32 of contract/publish.md 2, in
 * that order and in those words; where the contract says crates.io in a message, the site's own
 * name stands.
 */
#pragma once

#include "app/registry/manifest.h"

struct err;

struct metadata_limits {
	uint64_t features; /* of a crate, and of what one feature enables: the crate's own limit,
			      else the configured one */
	uint64_t dependencies, keywords, categories;
	struct text site;        /* what messages call the site: config site.domain */
	struct texts index_urls; /* under which this registry's index is known, "sparse+" and a
				    final slash or not */
};

/*
 * URL_MAX_BYTES is of each of the three. What a manifest says altogether, and every answer about the version repeats, has at most
 * MANIFEST_MAX_BYTES, and FEATURE_BYTES more for each feature that the crate may have.
 */
enum {
	DESCRIPTION_MAX_BYTES = 1000,
	KEYWORD_MAX_BYTES = 20,
	URL_MAX_BYTES = 2048,
	MANIFEST_MAX_BYTES = 64 * 1024,
	FEATURE_BYTES = 512,
};

/* NULL, or ERR_INVALID: the first rule that is broken. */
const struct err *must_use metadata_check(struct arena *a, const struct manifest *m,
					  const struct metadata_limits *limits);

/* What is stored as the licence: `license`, else "non-standard" for a license-file, else absent.
 * borrowed */
struct text metadata_license(const struct manifest *m);

bool keyword_is_valid(
	struct text keyword); /* [A-Za-z0-9][A-Za-z0-9_+-]*; the length is not looked at */
