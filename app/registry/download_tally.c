#include "app/registry/download_tally.h"

#include "app/base/arena.h"
#include "app/base/hash.h"

#include <stdlib.h>
#include <string.h>

struct download_tally {
	struct arena *texts;
	struct download_count *v;
	uint32_t *slots; /* a place in v, plus 1; 0: free */
	size_t n, max, nslots;
	uint64_t seed;
	bool sorted; /* the slots no longer fit v */
};

struct download_tally *download_tally_new(size_t max)
{
	struct download_tally *t = calloc(1, sizeof(*t));

	BUG_ON(!t || !max || max > UINT32_MAX / 4);
	for (t->nslots = 16; t->nslots < max * 2;)
		t->nslots *= 2;
	t->max = max;
	t->v = calloc(max, sizeof(*t->v));
	t->slots = calloc(t->nslots, sizeof(*t->slots));
	BUG_ON(!t->v || !t->slots);
	t->texts = arena_new(0);
	random_bytes(&t->seed, sizeof(t->seed)); /* strangers choose what is counted */
	return t;
}

void download_tally_free(struct download_tally *t)
{
	if (!t)
		return;
	arena_free(t->texts);
	free(t->v);
	free(t->slots);
	free(t);
}

/* FNV-1a, from a number that nobody knows. */
static uint64_t mix(uint64_t h, struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		h = (h ^ (unsigned char)t.p[i]) * 0x100000001b3U;
	return (h ^ 0xff) * 0x100000001b3U;
}

static bool same(const struct download_count *c, const struct download *d)
{
	return c->day == d->day && text_eq(c->version, d->version) && text_eq(c->name, d->name);
}

bool download_tally_add(struct download_tally *t, const struct download *d)
{
	uint64_t h = mix(mix(t->seed ^ (uint64_t)d->day, d->name), d->version);
	size_t at = (h ^ h >> 32) & (t->nslots - 1);

	BUG_ON(t->sorted);
	for (; t->slots[at]; at = (at + 1) & (t->nslots - 1)) {
		struct download_count *c = &t->v[t->slots[at] - 1];

		if (same(c, d)) {
			c->n++;
			return true;
		}
	}
	if (t->n == t->max)
		return false;
	t->v[t->n] = (struct download_count){ text_dup(t->texts, d->name),
					      text_dup(t->texts, d->version), d->day, 1 };
	t->slots[at] = (uint32_t)++t->n;
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct download_count *x = a, *y = b;
	int c = text_cmp(x->name, y->name);

	if (!c)
		c = text_cmp(x->version, y->version);
	return c ? c : (x->day > y->day) - (x->day < y->day);
}

const struct download_count *download_tally_sorted(struct download_tally *t, size_t *ret_n)
{
	if (!t->sorted && t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_name);
	t->sorted = true;
	*ret_n = t->n;
	return t->v;
}

void download_tally_clear(struct download_tally *t)
{
	memset(t->slots, 0, t->nslots * sizeof(*t->slots));
	arena_reset(t->texts);
	t->n = 0;
	t->sorted = false;
}
