/*
 * Memory that is given back at once. A request, a job or a command has one arena; what is allocated from it lives
 * until arena_reset or arena_free. Running out of memory ends the process (a worker is replaced by the master), so
 * nothing here returns NULL; whatever a client can size is limited before it is allocated.
 */
#pragma once

#include "app/base/compiler.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* owned (free with arena_free). max_bytes: more than that at a time is a BUG; 0 for no limit. */
struct arena *arena_new(size_t max_bytes);

/* Runs the deferred functions, last first, and gives everything back; arena_free(NULL) is fine. */
void arena_free(struct arena *a);
void arena_reset(struct arena *a);

/* Zeroed, aligned to 16 bytes. n may be 0. */
void *arena_alloc(struct arena *a, size_t n);

/* Likewise, but whatever was there is in it: for bytes that the caller writes before anybody reads them. */
void *arena_bytes(struct arena *a, size_t n);

/* count * size bytes, zeroed; an overflow of the product is a BUG. */
void *arena_array(struct arena *a, size_t count, size_t size);

/*
 * p, which arena_bytes gave with `had` bytes (NULL with 0: nothing yet), with n, no fewer: where it was if it can stay, else moved, and
 * then p is no longer to be used. What is large is not copied (realloc), so that what grows by doubling costs no more than its last
 * size.
 */
void *arena_grow(struct arena *a, void *p, size_t had, size_t n);

/* Copies n bytes and adds a NUL that does not count. */
void *arena_copy(struct arena *a, const void *p, size_t n);

/* fn(p) runs at reset, last deferred first. */
void arena_defer(struct arena *a, void (*fn)(void *), void *p);

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

/*
 * Whether n more bytes can be had, with some left to say what went wrong. For what grows with what is stored, which nobody
 * can bound beforehand: an error then, not a BUG.
 */
bool arena_has_room(const struct arena *a, size_t n);

/* For arena_defer: free(3), and close(2) of a descriptor passed as (void *)(intptr_t)fd. */
void arena_defer_free(struct arena *a, void *p);
void arena_defer_close(struct arena *a, int fd);
