/*
 * The body of a publish (contract/publish.md 1): length and JSON, length and .crate, both u32
 * little endian. Read in the two steps between which the contract judges who asks.
 */
#pragma once

#include "app/server/req.h"

/* Rows 1 to 3: the JSON. ERR_INVALID, and 413 above limits.metadata_bytes. arena */
const struct err *must_use publish_frame_metadata(struct req *r, struct text *ret_json);

struct publish_file {
	int fd; /* in DATA/tmp, without a name; closed with the request's arena */
	struct sha256 sha;
	uint64_t bytes;
};

/*
 * Rows 15 to 17: the .crate, at most max_bytes, hashed on its way into a new file. What follows it
 * is not read. ERR_INVALID, 413, or ERR_BUSY where the disk is full.
 */
const struct err *must_use publish_frame_crate(struct req *r, uint64_t max_bytes,
					       struct publish_file *ret);
