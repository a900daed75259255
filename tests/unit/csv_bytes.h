/* Bytes for a reader of CSV, so many at a time: for the unit test and the fuzz target. */
#pragma once

#include "app/base/text.h"

#include <string.h>

struct csv_bytes {
	struct text rest;
	size_t at_once;
};

static inline ptrdiff_t csv_bytes_give(void *ctx, char *p, size_t n)
{
	struct csv_bytes *s = ctx;

	if (n > s->at_once)
		n = s->at_once;
	if (n > s->rest.n)
		n = s->rest.n;
	if (n)
		memcpy(p, s->rest.p, n);
	s->rest = text_sub(s->rest, n, s->rest.n);
	return (ptrdiff_t)n;
}
