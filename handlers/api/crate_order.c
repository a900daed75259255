#include "handlers/api/crate_order.h"

#include "app/base/arena.h"
#include "handlers/api/seek.h"

#include <stdlib.h>

/* Those without a figure come last. */
static int number_cmp(struct opt_i64 a, struct opt_i64 b)
{
	if (a.set != b.set)
		return a.set ? -1 : 1;
	return (a.v < b.v) - (a.v > b.v);
}

bool crate_order_has_name(const struct crate_order *o)
{
	return o->by == CRATE_BY_NAME || o->by == CRATE_BY_RELEVANCE;
}

int crate_order_cmp(const struct crate_order *o, const struct crate_key *a,
		    const struct crate_key *b)
{
	int c = o->exact_first ? b->exact - a->exact : 0;

	if (!c && o->by == CRATE_BY_RELEVANCE)
		c = (a->score < b->score) - (a->score > b->score);
	if (!c && o->by != CRATE_BY_NAME)
		c = number_cmp(a->number, b->number);
	if (!c && crate_order_has_name(o))
		c = text_cmp(a->name, b->name);
	else if (!c)
		c = (a->id < b->id) - (a->id > b->id);
	return c;
}

static int cmp(const void *a, const void *b, void *order)
{
	return crate_order_cmp(order, a, b);
}

void crate_order_sort(const struct crate_order *o, struct crate_key *keys, size_t n)
{
	struct crate_order order = *o;

	if (n)
		qsort_r(keys, n, sizeof(*keys), cmp, &order);
}

size_t crate_order_behind(const struct crate_order *o, const struct crate_key *keys, size_t n,
			  const struct crate_key *after)
{
	size_t i = 0;

	while (i < n && crate_order_cmp(o, &keys[i], after) <= 0)
		i++;
	return i;
}

/* The letters of app/handlers/api/seek.h: exact, score, number, id, as far as the order has them. */
static const char *seek_kinds(const struct crate_order *o)
{
	switch (o->by) {
	case CRATE_BY_NAME:
		return o->exact_first ? "bn" : "n";
	case CRATE_BY_RELEVANCE:
		return "bnNn";
	case CRATE_BY_RECENT_DOWNLOADS:
		return "Nn";
	default:
		return "nn";
	}
}

struct text crate_order_seek(struct arena *a, const struct crate_order *o,
			     const struct crate_key *last)
{
	struct seek_part parts[SEEK_PARTS_MAX] = { 0 }, *p = parts;

	if (o->exact_first)
		(p++)->number = last->exact;
	if (o->by == CRATE_BY_RELEVANCE)
		(p++)->number = (int64_t)last->score;
	if (o->by != CRATE_BY_NAME)
		*p++ = (struct seek_part){ .null = !last->number.set, .number = last->number.v };
	p->number = (int64_t)last->id;
	return seek_encode(a, seek_kinds(o), parts);
}

bool crate_order_unseek(struct arena *a, const struct crate_order *o, struct text seek,
			struct crate_key *ret)
{
	struct seek_part parts[SEEK_PARTS_MAX], *p = parts;
	struct crate_key k = { 0 };

	if (!seek_decode(a, seek, seek_kinds(o), parts))
		return false;
	if (o->exact_first)
		k.exact = (p++)->number != 0;
	if (o->by == CRATE_BY_RELEVANCE) {
		k.score = p->number > 0 ? (uint64_t)p->number : 0;
		p++;
	}
	if (o->by != CRATE_BY_NAME) {
		k.number = (struct opt_i64){ !p->null, p->number };
		p++;
	}
	if (p->number < 0)
		return false;
	k.id = (uint64_t)p->number;
	*ret = k;
	return true;
}
