/*
 * app/inspect/sandbox.c: a child inside tries what a taken-over reader would try. In a plain build each system call
 * but the allowed ones is the end of it; a sanitizer build has the descriptors and the CPU limit alone.
 */
#include "config.h"

#include "app/inspect/sandbox.h"

#include "app/inspect/work.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INPUT_BYTE = 'i', LAST_FD = 300, REFUSED = 200 };

/* Runs fn in a child inside the sandbox; its wait status, REFUSED where it could not enter and has told so. What it writes to descriptor 1 goes to ret. */
static int run(int (*fn)(void), const struct sandbox_limits *l, struct text *ret)
{
	static char answer[64];
	int in[2], out[2], told[2], extra = open("/dev/null", O_RDWR), status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	assert_int_equal(pipe(told), 0);
	/* Before there is a child: one that ends at once would leave a broken pipe. */
	assert_int_equal(write(in[1], &(char){ INPUT_BYTE }, 1), 1);
	pid = fork();
	if (pid == 0) {
		const char *why;

		if (dup2(told[1], STDERR_FILENO) < 0)
			_exit(1);
		why = sandbox_enter(l, in[0], -1, out[1]);
		if (!why)
			_exit(fn());
		_exit(write(STDERR_FILENO, why, strlen(why)) > 0 ? REFUSED : 1);
	}
	close(in[0]);
	close(out[1]);
	close(extra);
	close(in[1]);
	close(told[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(told[0]);
	n = read(out[0], answer, sizeof(answer));
	close(out[0]);
	*ret = (struct text){ answer, n > 0 ? (size_t)n : 0 };
	return status;
}

static const struct sandbox_limits usual = { .cpu_s = 5, .memory_mb = 256, .require = true };

/* ---- what it may */

static int read_and_answer(void)
{
	char c = 0;

	if (read(0, &c, 1) != 1 || c != INPUT_BYTE || read(0, &c, 1) != 0 || write(1, "ok", 2) != 2)
		return 1;
	return environ ? 2 : 0;
}

static void it_reads_and_answers(void **state)
{
	struct text got;
	int status = run(read_and_answer, &usual, &got);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	check_text_of("answer", got, "ok");
}

/* read and write say which descriptors there are, without a call that is forbidden. */
static int count_descriptors(void)
{
	char c;

	for (int fd = 2; fd < LAST_FD; fd++)
		if (read(fd, &c, 0) != -1 || errno != EBADF || write(fd, &c, 0) != -1 ||
		    errno != EBADF)
			return 1;
	return read(0, &c, 1) == 1 && write(1, "two", 3) == 3 ? 0 : 2;
}

static void it_has_two_descriptors(void **state)
{
	struct text got;
	int status = run(count_descriptors, &usual, &got);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	check_text_of("answer", got, "two");
}

static int burn(void)
{
	for (volatile unsigned i = 0;; i++)
		;
	return 0;
}

static void its_cpu_time_ends(void **state)
{
	struct sandbox_limits l = usual;
	struct text got;
	int status;

	(void)state;
	l.cpu_s = 1;
	status = run(burn, &l, &got);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGXCPU);
}

#ifndef ENABLE_SANITIZERS

/* All of the memory that is allowed, and no more. */
static int eat(void)
{
	size_t n = 0;
	volatile char *p;

	while (n < 1000 && (p = malloc(1 << 20))) {
		p[0] = 1;
		n++;
	}
	return n > 64 && n < 128 ? 0 : 1;
}

static void its_memory_ends(void **state)
{
	struct sandbox_limits l = usual;
	struct text got;
	int status;

	(void)state;
	l.memory_mb = 128;
	status = run(eat, &l, &got);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- what it must not */

static int try_open(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static int try_creat(void)
{
	return (int)syscall(SYS_creat, "/tmp/x", 0600);
}

static int try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static int try_fork(void)
{
	return fork() != 0;
}

static int try_vfork(void)
{
	return (int)syscall(SYS_vfork);
}

static int try_execve(void)
{
	char *argv[] = { NULL };

	return execve("/bin/true", argv, argv);
}

static int try_exec_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
	       MAP_FAILED;
}

static int try_map_file(void)
{
	return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0) != MAP_FAILED;
}

static int try_mprotect(void)
{
	static char page[8192];

	return mprotect((void *)(((uintptr_t)page + 4095) & ~(uintptr_t)4095), 4096,
			PROT_READ | PROT_EXEC);
}

static int try_kill(void)
{
	return kill(getppid(), 0);
}

static int try_ptrace(void)
{
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int try_dup(void)
{
	return dup(0) >= 0;
}

static int try_unlink(void)
{
	return unlink("/tmp/x");
}

static int try_sendmsg(void)
{
	return (int)send(1, "x", 1, 0);
}

#ifdef __x86_64__
static int try_other_abi(void)
{
	return (int)syscall(0x40000000 | SYS_open, "/etc/passwd", O_RDONLY); /* x32 */
}
#endif

static void it_is_killed_at_the_first_try(void **state)
{
	static const struct {
		const char *name;
		int (*fn)(void);
	} t[] = {
		{ "open", try_open },
		{ "creat", try_creat },
		{ "socket", try_socket },
		{ "fork", try_fork },
		{ "vfork", try_vfork },
		{ "execve", try_execve },
		{ "mmap, executable", try_exec_memory },
		{ "mmap of a file", try_map_file },
		{ "mprotect", try_mprotect },
		{ "kill", try_kill },
		{ "ptrace", try_ptrace },
		{ "dup", try_dup },
		{ "unlink", try_unlink },
		{ "send", try_sendmsg },
#ifdef __x86_64__
		{ "open as x32", try_other_abi },
#endif
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct text got;
		int status = run(t[i].fn, &usual, &got);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: wait status %#x, want SIGSYS", t[i].name, (unsigned)status);
	}
}

#endif

/* As on a host that refuses seccomp: no filter was made ready. */
static int without_filter_it_depends(void)
{
	struct sandbox_limits lenient = usual;
	struct text got;
	int status;

	lenient.require = false;
	status = run(read_and_answer, &lenient, &got);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !text_eq(got, TEXT("ok")))
		return -1;
	status = run(read_and_answer, &usual, &got);
#ifdef ENABLE_SANITIZERS
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
#else
	return WIFEXITED(status) && WEXITSTATUS(status) == REFUSED && got.n == 0 ? 0 : -1;
#endif
}

static int prepare(void **state)
{
	(void)state;
	work_warm_up();
	if (without_filter_it_depends() != 0)
		return -1;
	if (sandbox_prepare())
		return -1;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_and_answers),
		cmocka_unit_test(it_has_two_descriptors),
		cmocka_unit_test(its_cpu_time_ends),
#ifndef ENABLE_SANITIZERS
		cmocka_unit_test(its_memory_ends),
		cmocka_unit_test(it_is_killed_at_the_first_try),
#endif
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
