/*
 * cratehouse-inspect: takes apart what strangers sent (design.md 2). Executed, never forked from a
 * worker, so that its memory holds no secret.
 *
 *   cratehouse-inspect --serve [limits]   descriptor 0 is a listening Unix socket; one process for
 * each connection cratehouse-inspect --once [limits]    descriptor 0 is one connection
 */
#include "app/inspect/serve.h"
#include "app/inspect/work.h"

#include "app/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct option {
	const char *name;
	uint64_t min, max;
	unsigned *value;
};

static int usage(void)
{
	(void)fputs("usage: cratehouse-inspect --serve|--once [--cpu SECONDS] [--wall SECONDS] "
		    "[--memory MB] "
		    "[--processes N] [--lenient]\n"
		    "Started by cratehouse, with a socket as its standard input.\n",
		    stderr);
	return 2;
}

static bool read_option(const struct option *options, size_t n, const char *name, const char *value)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t v;

		if (!text_eq(text_from(name), text_from(options[i].name)))
			continue;
		if (!value || !text_u64(text_from(value), options[i].min, options[i].max, &v))
			return false;
		*options[i].value = (unsigned)v;
		return true;
	}
	return false;
}

static bool read_options(int argc, char **argv, struct serve_limits *l)
{
	const struct option options[] = {
		{ "--cpu", 1, 3600, &l->sandbox.cpu_s },
		{ "--wall", 1, 3600, &l->wall_s },
		{ "--memory", 16, 1024 * 1024, &l->sandbox.memory_mb },
		{ "--processes", 1, SERVE_MAX_PROCESSES, &l->processes },
	};

	for (int i = 2; i < argc; i++) {
		if (text_eq(text_from(argv[i]), TEXT("--lenient")))
			l->sandbox.require = false;
		else if (!read_option(options, ARRAY_SIZE(options), argv[i],
				      i + 1 < argc ? argv[i + 1] : NULL))
			return false;
		else
			i++;
	}
	return true;
}

/* Only the socket and the log stay; the environment goes. */
static void clean_up_after_the_caller(void)
{
	environ = NULL;
#ifdef SYS_close_range
	(void)syscall(SYS_close_range, (unsigned)STDERR_FILENO + 1, ~0U, 0U);
#endif
	(void)umask(077);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int main(int argc, char **argv)
{
	struct serve_limits l = { .sandbox = { .cpu_s = 15, .memory_mb = 256, .require = true },
				  .wall_s = 25,
				  .processes = 2 };
	struct text mode = text_from(argc > 1 ? argv[1] : "");
	bool serve = text_eq(mode, TEXT("--serve"));
	const char *why;

	if ((!serve && !text_eq(mode, TEXT("--once"))) || !read_options(argc, argv, &l))
		return usage();
	clean_up_after_the_caller();
	why = sandbox_prepare();
	if (why)
		(void)fprintf(stderr, "cratehouse-inspect: %s\n", why);
	work_warm_up();
	return serve ? serve_socket(&l, STDIN_FILENO) : serve_one(&l, STDIN_FILENO);
}
