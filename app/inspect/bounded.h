/*
 * Runs a foreign parser (cmark-gfm, gumbo) inside a bound of memory and CPU time. Both are
 * quadratic on hostile input and neither can be asked to stop, so what they allocate comes from
 * here, and the allocation that goes over the bound does not return: it leaves through bounded_run,
 * which then gives everything back. One run at a time in a process (cmark's allocator has no place
 * for a context).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct bounds {
	size_t max_bytes;    /* held at one time, with 48 bytes for each piece */
	unsigned max_cpu_ms; /* of this process, counted from the start of the run */
};

/*
 * Calls fn(ctx). True when it came back, false when it went over a bound; either way all that it
 * took with the functions below has been freed. fn must not leave anything half done that a missing
 * return would spoil: results go to an arena, and ctx is written last.
 */
bool bounded_run(const struct bounds *b, void (*fn)(void *ctx), void *ctx);

/* Only inside bounded_run. Zeroed where calloc would; never NULL. */
void *bounded_calloc(size_t count, size_t size);
void *bounded_realloc(void *p, size_t size); /* p may be NULL */
void bounded_free(void *p);                  /* NULL is fine */
