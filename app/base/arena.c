#include "app/base/arena.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_BYTES = 32 * 1024, ALIGN = 16, RESERVE_BYTES = 64 * 1024 };

struct chunk {
	struct chunk *next;
	size_t size, used;
	_Alignas(ALIGN) unsigned char data[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *p;
};

struct arena {
	struct chunk *chunks; /* the newest first; the first one made is kept over a reset */
	struct deferred *deferred;
	size_t used, max;
};

static no_return void out_of_memory(size_t n)
{
	fprintf(stderr, "level=error msg=\"out of memory\" bytes=%zu\n", n);
	_exit(70);
}

static struct chunk *chunk_new(size_t size)
{
	struct chunk *c;
	size_t n;

	if (ckd_add(&n, size, sizeof(*c)))
		out_of_memory(size);
	c = malloc(n);
	if (!c)
		out_of_memory(n);
	c->next = NULL;
	c->size = size;
	c->used = 0;
	return c;
}

struct arena *arena_new(size_t max_bytes)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		out_of_memory(sizeof(*a));
	a->chunks = chunk_new(CHUNK_BYTES);
	a->max = max_bytes ? max_bytes : SIZE_MAX;
	return a;
}

void arena_reset(struct arena *a)
{
	struct chunk *c, *next;

	while (a->deferred) { /* a deferred function may defer another: nothing is freed before the list is empty */
		struct deferred *d = a->deferred;

		a->deferred = d->next;
		d->fn(d->p);
	}
	for (c = a->chunks; c->next; c = next) {
		next = c->next;
		free(c);
	}
	c->used = 0;
	a->chunks = c;
	a->used = 0;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	free(a->chunks);
	free(a);
}

static size_t aligned(size_t n)
{
	size_t want;

	BUG_ON(ckd_add(&want, n, (size_t)(ALIGN - 1)));
	return want & ~(size_t)(ALIGN - 1);
}

void *arena_bytes(struct arena *a, size_t n)
{
	struct chunk *c = a->chunks;
	size_t want = aligned(n);
	void *p;

	BUG_ON(want > a->max - a->used);
	if (want > c->size - c->used) {
		c = chunk_new(want > CHUNK_BYTES ? want : CHUNK_BYTES);
		if (want > CHUNK_BYTES / 2 && a->chunks->next) {
			/* a large piece has a chunk of its own, behind the one that still has room */
			c->next = a->chunks->next;
			a->chunks->next = c;
		} else {
			c->next = a->chunks;
			a->chunks = c;
		}
	}
	p = c->data + c->used;
	c->used += want;
	a->used += want;
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	void *p = arena_bytes(a, n);

	memset(p, 0, n);
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	BUG_ON(ckd_mul(&n, count, size));
	return arena_alloc(a, n);
}

/* Where the chunk hangs that holds these bytes and no others, and is large enough for realloc to be worth it; NULL: none. */
static struct chunk **chunk_of_its_own(struct arena *a, const void *p, size_t size)
{
	struct chunk **at = &a->chunks;

	if (size <= CHUNK_BYTES)
		return NULL;
	while (*at && (*at)->data != (const unsigned char *)p)
		at = &(*at)->next;
	return *at && (*at)->next && (*at)->used == size ? at : NULL;
}

void *arena_grow(struct arena *a, void *p, size_t had, size_t n)
{
	size_t from = aligned(had), to = aligned(n), size;
	struct chunk **at = chunk_of_its_own(a, p, from), *c;
	void *moved;

	BUG_ON(n < had);
	if (!at) {
		moved = arena_bytes(a, n);
		if (had)
			memcpy(moved, p, had);
		return moved;
	}
	BUG_ON(to - from > a->max - a->used);
	if (ckd_add(&size, to, sizeof(*c)))
		out_of_memory(to);
	c = realloc(*at, size);
	if (!c)
		out_of_memory(size);
	*at = c;
	c->size = c->used = to;
	a->used += to - from;
	return c->data;
}

void *arena_copy(struct arena *a, const void *p, size_t n)
{
	char *to;
	size_t size;

	BUG_ON(ckd_add(&size, n, (size_t)1));
	to = arena_bytes(a, size);
	if (n)
		memcpy(to, p, n);
	to[n] = '\0';
	return to;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *p)
{
	struct deferred *d = arena_alloc(a, sizeof(*d));

	d->fn = fn;
	d->p = p;
	d->next = a->deferred;
	a->deferred = d;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

bool arena_has_room(const struct arena *a, size_t n)
{
	size_t room = a->max - a->used;

	return room > RESERVE_BYTES && n <= room - RESERVE_BYTES;
}

void arena_defer_free(struct arena *a, void *p)
{
	arena_defer(a, free, p);
}

static void close_fd(void *p)
{
	(void)close((int)(intptr_t)p);
}

void arena_defer_close(struct arena *a, int fd)
{
	arena_defer(a, close_fd, (void *)(intptr_t)fd);
}
