#include "app/inspect/bounded.h"

#include "app/base/compiler.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHECK_EVERY = 512 }; /* allocations between two looks at the clock */

struct piece {
	struct piece *prev, *next;
	size_t size;
	size_t align_16;
};

static struct {
	bool running;
	jmp_buf leave;
	size_t held, max_bytes;
	int64_t until_us;
	unsigned since_check;
	struct piece all; /* head of the ring of pieces */
} now;

static int64_t cpu_us(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void free_all(void)
{
	while (now.all.next != &now.all) {
		struct piece *p = now.all.next;

		now.all.next = p->next;
		free(p);
	}
	now.all.prev = &now.all;
	now.running = false;
}

bool bounded_run(const struct bounds *b, void (*fn)(void *ctx), void *ctx)
{
	BUG_ON(now.running);
	now.running = true;
	now.held = 0;
	now.max_bytes = b->max_bytes;
	now.until_us = cpu_us() + (int64_t)b->max_cpu_ms * 1000;
	now.since_check = 0;
	now.all.prev = now.all.next = &now.all;
	if (setjmp(now.leave) != 0) {
		free_all();
		return false;
	}
	fn(ctx);
	free_all();
	return true;
}

static void check(size_t more)
{
	BUG_ON(!now.running);
	if (more > now.max_bytes || now.held > now.max_bytes - more)
		longjmp(now.leave, 1);
	if (++now.since_check < CHECK_EVERY)
		return;
	now.since_check = 0;
	if (cpu_us() > now.until_us)
		longjmp(now.leave, 1);
}

void *bounded_calloc(size_t count, size_t size)
{
	size_t n, with_head;
	struct piece *p;

	if (ckd_mul(&n, count, size) || ckd_add(&with_head, n, sizeof(*p)))
		longjmp(now.leave, 1);
	check(with_head);
	p = calloc(1, with_head);
	if (!p)
		longjmp(now.leave, 1);
	p->size = with_head;
	p->next = now.all.next;
	p->prev = &now.all;
	p->next->prev = p;
	now.all.next = p;
	now.held += with_head;
	return p + 1;
}

void bounded_free(void *mem)
{
	struct piece *p;

	if (!mem)
		return;
	p = (struct piece *)mem - 1;
	p->prev->next = p->next;
	p->next->prev = p->prev;
	now.held -= p->size;
	free(p);
}

void *bounded_realloc(void *mem, size_t size)
{
	struct piece *p;
	size_t old;
	void *fresh;

	if (!mem)
		return bounded_calloc(1, size);
	p = (struct piece *)mem - 1;
	old = p->size - sizeof(*p);
	fresh = bounded_calloc(1, size);
	memcpy(fresh, mem, old < size ? old : size);
	bounded_free(mem);
	return fresh;
}
