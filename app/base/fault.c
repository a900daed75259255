#include "app/base/fault.h"

#include "app/base/arena.h"
#include "app/base/compiler.h"

#ifdef ENABLE_FAULTS
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#endif

static const char *const names[FAULT_COUNT] = {
#define FAULT_STRING(id, name) name,
	FAULT_NAMES(FAULT_STRING)
#undef FAULT_STRING
};

const char *fault_name(enum fault f)
{
	BUG_ON((size_t)f >= ARRAY_SIZE(names));
	return names[f];
}

#ifdef ENABLE_FAULTS

bool fault_enabled(void)
{
	return true;
}

static struct text order_of_file(const char *path, char *p, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return TEXT_NONE;
	got = read(fd, p, n);
	(void)close(fd);
	return got > 0 ? text_trim((struct text){ p, (size_t)got }) : TEXT_NONE;
}

static void wait_ms(uint64_t ms)
{
	struct timespec t = { .tv_sec = (time_t)(ms / 1000),
			      .tv_nsec = (long)(ms % 1000) * 1000 * 1000 };

	while (nanosleep(&t, &t) != 0) {
	}
}

/* Until the test takes the file away, HOLD_MAX_MS at most. */
static void hold(struct arena *a, const char *path)
{
	enum { STEP_MS = 5, HOLD_MAX_MS = 60000 };
	const char *tmp = text_fmt(a, "%s.holding", path).p, *held = text_fmt(a, "%s.held", path).p;
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return;
	(void)dprintf(fd, "%ld\n", (long)getpid());
	(void)close(fd);
	if (rename(tmp, held) != 0)
		return;
	for (int ms = 0; ms < HOLD_MAX_MS && access(held, F_OK) == 0; ms += STEP_MS)
		wait_ms(STEP_MS);
}

static const struct err *obey(struct arena *a, struct text what, const char *name)
{
	uint64_t ms;

	if (text_eq(what, TEXT("kill")))
		(void)raise(SIGKILL);
	if (text_eq(what, TEXT("error")))
		return err_new(a, ERR_INTERNAL, "fault %s", name);
	if (text_eq(what, TEXT("busy")))
		return err_because(a, ERR_BUSY, text_from(name), "Service unavailable");
	if (text_starts(what, TEXT("sleep=")) && text_u64(text_sub(what, 6, what.n), 0, 60000, &ms))
		wait_ms(ms);
	return NULL;
}

const struct err *fault_at(struct arena *a, enum fault f)
{
	const char *name = fault_name(f), *env = getenv("CRATEHOUSE_FAULT"),
		   *path = getenv("CRATEHOUSE_FAULT_FILE");
	struct text rest = TEXT_NONE, at;
	char p[256];

	if (path)
		rest = order_of_file(path, p, sizeof(p));
	if (rest.p) {
		if (!text_cut(&rest, ':', &at) || !text_eq(at, text_from(name)) ||
		    unlink(path) != 0)
			return NULL;
		if (text_eq(rest, TEXT("hold")))
			hold(a, path);
		return obey(a, rest, name);
	}
	rest = text_from(env);
	if (!rest.p || !text_cut(&rest, ':', &at) || !text_eq(at, text_from(name)))
		return NULL;
	return obey(a, rest, name);
}

#else

bool fault_enabled(void)
{
	return false;
}

const struct err *fault_at(struct arena *a, enum fault f)
{
	(void)a;
	(void)f;
	return NULL;
}

#endif
