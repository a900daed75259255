/* Numbers that name things, in lists that are sorted. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* For qsort and bsearch, of uint64_t or of structs that begin with one: ascending. */
int ids_cmp(const void *a, const void *b);

/* Ascending, each once, in place: how many are left. Nothing is moved where they are so already. */
size_t ids_sort_once(uint64_t *ids, size_t n);

/*
 * Of n structs of that size, ascending by the uint64_t that each has at the offset: where the first one with this id, or the first
 * behind it, stands; n for none.
 */
size_t ids_first(const void *v, size_t n, size_t size, size_t offset, uint64_t id);
