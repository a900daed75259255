#include "app/inspect/sandbox.h"

#include "config.h"

#include "app/base/compiler.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LEAST_FREE = SANDBOX_SECOND_IN + 1, CLOSE_UP_TO = 65536 };

static scmp_filter_ctx filter;

/* What a program needs that reads, computes and answers. */
static const int allowed[] = {
	SCMP_SYS(read),       SCMP_SYS(write),        SCMP_SYS(lseek),     SCMP_SYS(fstat),
	SCMP_SYS(close),      SCMP_SYS(brk),          SCMP_SYS(munmap),    SCMP_SYS(mremap),
	SCMP_SYS(madvise),    SCMP_SYS(futex),        SCMP_SYS(getrandom), SCMP_SYS(clock_gettime),
	SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
};

const char *sandbox_prepare(void)
{
	filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return "seccomp_init failed";
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) != 0)
			goto failed;
	/* memory, but no file and nothing to execute */
	if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
			     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
			     SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS)) != 0)
		goto failed;
	return NULL;
failed:
	seccomp_release(filter);
	filter = NULL;
	return "seccomp_rule_add failed";
}

/* They may be any descriptors, those that they become among them. Standard error stays, to say what fails after this. */
static bool place_descriptors(int in, int second_in, int out)
{
	int high_in = fcntl(in, F_DUPFD, LEAST_FREE), high_out = fcntl(out, F_DUPFD, LEAST_FREE),
	    high_second = second_in < 0 ? -1 : fcntl(second_in, F_DUPFD, LEAST_FREE),
	    first_closed = second_in < 0 ? SANDBOX_SECOND_IN : LEAST_FREE;

	if (high_in < 0 || high_out < 0 || dup2(high_in, STDIN_FILENO) < 0 ||
	    dup2(high_out, STDOUT_FILENO) < 0 ||
	    (second_in >= 0 && (high_second < 0 || dup2(high_second, SANDBOX_SECOND_IN) < 0)))
		return false;
#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)first_closed, ~0U, 0U) == 0)
		return true;
#endif
	for (int fd = first_closed; fd < CLOSE_UP_TO; fd++) /* a kernel before 5.9 */
		(void)close(fd);
	return true;
}

/* Lowers a limit; one that is lower already stays. */
static bool limit(__rlimit_resource_t what, rlim_t soft, rlim_t hard)
{
	struct rlimit now, r;

	if (getrlimit(what, &now) != 0)
		return false;
	r.rlim_max = now.rlim_max < hard ? now.rlim_max : hard;
	r.rlim_cur = r.rlim_max < soft ? r.rlim_max : soft;
	return setrlimit(what, &r) == 0;
}

static bool set_limits(const struct sandbox_limits *l)
{
#ifndef ENABLE_SANITIZERS
	rlim_t bytes = (rlim_t)l->memory_mb * 1024 * 1024;

	if (!limit(RLIMIT_AS, bytes, bytes))
		return false;
#endif
	return limit(RLIMIT_CPU, l->cpu_s, (rlim_t)l->cpu_s + 1) && limit(RLIMIT_NOFILE, 0, 0) &&
	       limit(RLIMIT_NPROC, 0, 0) &&
	       limit(RLIMIT_FSIZE, (rlim_t)l->file_bytes, (rlim_t)l->file_bytes) &&
	       limit(RLIMIT_CORE, 0, 0);
}

const char *sandbox_enter(const struct sandbox_limits *l, int in, int second_in, int out)
{
	environ = NULL;
	if (!place_descriptors(in, second_in, out))
		return "descriptors could not be placed";
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return "prctl was refused";
	if (!set_limits(l))
		return "setrlimit was refused";
#ifndef ENABLE_SANITIZERS
	if ((!filter || seccomp_load(filter) != 0) && l->require)
		return "seccomp was refused (sandbox.require = false lets the rest suffice)";
#endif
	(void)close(STDERR_FILENO);
	return NULL;
}
