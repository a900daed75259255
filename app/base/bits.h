/* A set of numbers as bits, for looking up one after another of very many. */
#pragma once

#include "app/base/arena.h"

#include <stdint.h>

struct bits {
	uint8_t *v;
	uint64_t n; /* only numbers below it can be in */
};

enum { BITS_MAX = 16 * 1024 * 1024 };

/* An empty set of numbers below n, which is at most BITS_MAX; n / 8 bytes of the arena. */
struct bits bits_new(struct arena *a, uint64_t n);

/* BUG where it is not below n. */
void bits_put(struct bits *b, uint64_t i);

static inline bool bits_has(const struct bits *b, uint64_t i)
{
	return i < b->n && (b->v[i / 8] >> (i % 8) & 1);
}
