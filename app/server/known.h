/*
 * Who may read files of a private registry, as far as this worker knows it: SHA-256 of tokens and sessions that the database
 * knew, and when it said so; never a token. So a `cargo fetch` of 300 files costs one query a worker, and reads go on for a
 * while without the database. A table of fixed size that takes the memory of a public registry's worker for nothing (zeroed pages
 * that nobody touches); the oldest makes room. Only what the database vouched for comes in, so no stranger can crowd it.
 */
#pragma once

#include "app/base/hash.h"

enum { KNOWN_MAX = 256 };

/* Microseconds (monotonic) when it was found good last; 0: not known. */
int64_t known_since(const struct sha256 *hash);

/* It is good at that moment (monotonic, > 0). */
void known_good(const struct sha256 *hash, int64_t now_us);

/* It is not good any more; nothing where it is not known. */
void known_drop(const struct sha256 *hash);
