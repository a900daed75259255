#include "app/base/ids.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int ids_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

size_t ids_sort_once(uint64_t *ids, size_t n)
{
	bool sorted = true;
	size_t kept = 0;

	for (size_t i = 1; i < n && sorted; i++)
		sorted = ids[i - 1] < ids[i];
	if (sorted)
		return n;
	qsort(ids, n, sizeof(*ids), ids_cmp);
	for (size_t i = 0; i < n; i++)
		if (!kept || ids[kept - 1] != ids[i])
			ids[kept++] = ids[i];
	return kept;
}

size_t ids_first(const void *v, size_t n, size_t size, size_t offset, uint64_t id)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		uint64_t at;

		memcpy(&at, (const char *)v + mid * size + offset, sizeof(at));
		if (at < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
