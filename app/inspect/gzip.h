/*
 * One gzip member (RFC 1952), read as a stream, its CRC-32 and length checked. What follows the
 * member is never looked at: cargo (flate2's GzDecoder) reads the first member alone, so a second
 * one is invisible to it and to us.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct gzip;

/* arena (its zlib state goes with the arena). Reads fd from where it stands; fd stays the caller's.
 */
struct gzip *gzip_new(struct arena *a, int fd);

/*
 * Exactly n bytes where the member has them: *ret_n < n only at its end, after its trailer was
 * found right. False for anything that is no gzip, is cut off, or has a wrong trailer; but bytes
 * that are there come first, so a wrong trailer is found by the read that goes beyond the last byte
 * (contract/publish.md 5, "where the archive ends").
 */
bool gzip_read(struct gzip *g, void *p, size_t n, size_t *ret_n);
