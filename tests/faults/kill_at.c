/*
 * Preloaded into a program, it ends it with SIGKILL before its N-th call that changes a file system (KILL_AT=N), and says in the
 * file KILL_COUNT how many calls there were.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static void step(void)
{
	static long n;
	const char *at = getenv("KILL_AT");

	n++;
	if (at && strtol(at, NULL, 10) == n)
		(void)kill(getpid(), SIGKILL);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int rename(const char *from, const char *to)
{
	step();
	return NEXT(rename)(from, to);
}

int link(const char *from, const char *to)
{
	step();
	return NEXT(link)(from, to);
}

int unlink(const char *path)
{
	step();
	return NEXT(unlink)(path);
}

int unlinkat(int dir, const char *path, int flags)
{
	step();
	return NEXT(unlinkat)(dir, path, flags);
}

int mkdir(const char *path, mode_t mode)
{
	step();
	return NEXT(mkdir)(path, mode);
}

int fsync(int fd)
{
	step();
	return NEXT(fsync)(fd);
}

int ftruncate(int fd, off_t n)
{
	step();
	return NEXT(ftruncate)(fd, n);
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (flags & O_CREAT)
		step();
	return NEXT(open)(path, flags, mode);
}
