/*
 * The orders of a list of crates and the seek of each (contract/api.md 9.1): what a page that was read as a set is
 * sorted by in memory, and what stands in `next_page`.
 */
#pragma once

#include "db/crate_list.h"

struct arena;

struct crate_order {
	enum crate_sort by;
	bool exact_first; /* of a search, unless it is sorted by a figure */
};

/* Negative where a stands before b, as qsort wants it. 0 for the same crate only. */
int crate_order_cmp(const struct crate_order *o, const struct crate_key *a,
		    const struct crate_key *b);
void crate_order_sort(const struct crate_order *o, struct crate_key *keys, size_t n);

/* How many of sorted keys do not stand behind that one. */
size_t crate_order_behind(const struct crate_order *o, const struct crate_key *keys, size_t n,
			  const struct crate_key *after);

/* Whether the names of crates take part: a seek has only the id, and who reads it looks the name up. */
bool crate_order_has_name(const struct crate_order *o);

/* arena */
struct text crate_order_seek(struct arena *a, const struct crate_order *o,
			     const struct crate_key *last);

/* The key back, without its name; false for what is none of this order. */
bool crate_order_unseek(struct arena *a, const struct crate_order *o, struct text seek,
			struct crate_key *ret);
