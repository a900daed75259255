#include "app/base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CLOSE_ON_EXEC = 4, DESCRIPTORS_MAX = 4096 }; /* CLOSE_RANGE_CLOEXEC of Linux 5.11 */

/* libfcgi and MariaDB's library leave theirs open for whoever is executed. */
static void keep_descriptors(void)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)STDERR_FILENO + 1, ~0U, CLOSE_ON_EXEC) == 0)
		return;
#endif
	for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS_MAX; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC); /* EBADF where there is none */
}

static int add_descriptors(const struct spawn *s, posix_spawn_file_actions_t *files)
{
	int rc = 0;

	if (s->in >= 0)
		rc = posix_spawn_file_actions_adddup2(files, s->in, STDIN_FILENO);
	if (rc == 0 && s->out >= 0)
		rc = posix_spawn_file_actions_adddup2(files, s->out, STDOUT_FILENO);
	/* last: one of the two may have stood in its place */
	if (rc == 0 && s->held >= 0)
		rc = posix_spawn_file_actions_adddup2(files, s->held, SPAWN_HELD);
	return rc;
}

static int set_attributes(const struct spawn *s, posix_spawnattr_t *attr)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t none, all;
	int rc;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	rc = posix_spawnattr_setsigmask(attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attr, &all);
	if (rc == 0 && s->group)
		rc = posix_spawnattr_setpgroup(attr, 0);
	if (s->group)
		flags |= POSIX_SPAWN_SETPGROUP;
	return rc ? rc : posix_spawnattr_setflags(attr, flags);
}

int spawn_program(const struct spawn *s, pid_t *ret)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc;

	keep_descriptors();
	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&attr) != 0) {
		(void)posix_spawn_file_actions_destroy(&files);
		return ENOMEM;
	}
	rc = add_descriptors(s, &files);
	if (rc == 0)
		rc = set_attributes(s, &attr);
	if (rc == 0)
		rc = posix_spawn(ret, s->argv[0], &files, &attr, s->argv, s->env);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	return rc;
}

int spawn_input(struct text t)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	size_t at = 0;

	while (fd >= 0 && at < t.n) {
		ssize_t n = write(fd, t.p + at, t.n - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			(void)close(fd);
			return -1;
		}
		at += (size_t)n;
	}
	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET);
	return fd;
}
