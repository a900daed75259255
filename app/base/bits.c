#include "app/base/bits.h"

struct bits bits_new(struct arena *a, uint64_t n)
{
	BUG_ON(n > BITS_MAX);
	return (struct bits){ arena_array(a, (size_t)n / 8 + 1, 1), n };
}

void bits_put(struct bits *b, uint64_t i)
{
	BUG_ON(i >= b->n);
	b->v[i / 8] = (uint8_t)(b->v[i / 8] | 1U << (i % 8));
}
