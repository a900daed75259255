#include "app/inspect/serve.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "app/inspect/wire.h"
#include "app/inspect/work.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ZIP_ROOM = 16 * 1024 * 1024 }; /* of names and the directory */

struct child {
	pid_t pid; /* 0: free */
	int conn;
	int64_t deadline_us;
	bool late, alone; /* killed for its time; killed because its client went */
};

struct server {
	const struct serve_limits *limits;
	struct child child[SERVE_MAX_PROCESSES];
	size_t running;
	sigset_t while_waiting; /* what is blocked then: nothing of ours */
};

static volatile sig_atomic_t stopping;

static void on_stop(int sig)
{
	(void)sig;
	stopping = 1;
}

static void on_child(int sig)
{
	(void)sig; /* it only ends ppoll */
}

/* ---- the child */

static bool write_all(int fd, struct text t)
{
	for (size_t at = 0; at < t.n;) {
		ssize_t n = write(fd, t.p + at, t.n - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

static no_return void run_child(const struct serve_limits *l, int conn)
{
	struct arena *a = arena_new(0);
	struct wire_request request;
	struct text frame;
	struct work_answer answer;
	const char *why;
	struct sandbox_limits limits = l->sandbox;
	int inputs[WIRE_MAX_INPUTS];

	(void)signal(SIGTERM, SIG_DFL);
	if (!wire_receive(a, conn, &frame, inputs))
		_exit(WIRE_EXIT_REQUEST);
	if (!wire_unpack(frame, &request))
		_exit(WIRE_EXIT_REQUEST);
	if (request.op == WIRE_ZIP) /* what does not deflate at all grows by less than that */
		limits.file_bytes = request.max_unpacked + request.max_unpacked / 16 + ZIP_ROOM;
	why = sandbox_enter(&limits, inputs[0], inputs[1], conn);
	if (why) {
		(void)fprintf(stderr, "cratehouse-inspect: no sandbox: %s\n", why);
		_exit(WIRE_EXIT_SANDBOX);
	}
	if (!write_all(STDOUT_FILENO, TEXT("+")) || lseek(STDIN_FILENO, 0, SEEK_SET) != 0)
		_exit(WIRE_EXIT_REQUEST);
	if (inputs[1] >= 0 && lseek(SANDBOX_SECOND_IN, 0, SEEK_SET) != 0)
		_exit(WIRE_EXIT_REQUEST);
	answer = work_do(a, &request, STDIN_FILENO, inputs[1] >= 0 ? SANDBOX_SECOND_IN : -1);
	_exit(write_all(STDOUT_FILENO, answer.json) && write_all(STDOUT_FILENO, TEXT("\n")) &&
			      write_all(STDOUT_FILENO, answer.bytes) &&
			      write_all(STDOUT_FILENO, TEXT("\n"))
		      ? 0
		      : 1);
}

/* ---- the watcher */

static void say_end(const struct child *c, int status)
{
	char line[64];
	int n;

	if (c->late)
		n = snprintf(line, sizeof(line), "=time\n");
	else if (WIFSIGNALED(status))
		n = snprintf(line, sizeof(line), "=signal %d\n", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		n = snprintf(line, sizeof(line), "=exit %d\n", WEXITSTATUS(status));
	else
		n = snprintf(line, sizeof(line), "=done\n");
	/* A client that does not read will be taken for gone. */
	if (!c->alone)
		(void)send(c->conn, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void reap(struct server *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < ARRAY_SIZE(s->child); i++) {
			struct child *c = &s->child[i];

			if (c->pid != pid)
				continue;
			say_end(c, status);
			(void)close(c->conn);
			*c = (struct child){ 0 };
			s->running--;
		}
	}
}

/* Forks a child for the connection, which it then watches over. The caller has seen that there is
 * room. */
static bool start_child(struct server *s, int conn)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		/* Whoever asked the others reads to the end: we may not keep that open while we wait. */
		for (size_t i = 0; i < ARRAY_SIZE(s->child); i++)
			if (s->child[i].pid)
				(void)close(s->child[i].conn);
		(void)sigprocmask(SIG_SETMASK, &s->while_waiting, NULL);
		run_child(s->limits, conn);
	}
	if (pid < 0) {
		(void)fprintf(stderr, "cratehouse-inspect: fork: %s\n", strerror(errno));
		(void)close(conn);
		return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(s->child); i++) {
		if (s->child[i].pid)
			continue;
		s->child[i] =
			(struct child){ .pid = pid,
					.conn = conn,
					.deadline_us = time_monotonic_us() +
						       (int64_t)s->limits->wall_s * US_PER_S };
		break;
	}
	s->running++;
	return true;
}

static void kill_late(struct server *s)
{
	int64_t now = time_monotonic_us();

	for (size_t i = 0; i < ARRAY_SIZE(s->child); i++) {
		struct child *c = &s->child[i];

		if (c->pid && now >= c->deadline_us && !c->late) {
			c->late = true;
			(void)kill(c->pid, SIGKILL);
		}
	}
}

/* Until the next deadline. */
static struct timespec time_left(const struct server *s)
{
	int64_t first = INT64_MAX, left;

	for (size_t i = 0; i < ARRAY_SIZE(s->child); i++)
		if (s->child[i].pid && !s->child[i].late && s->child[i].deadline_us < first)
			first = s->child[i].deadline_us;
	left = first == INT64_MAX ? (int64_t)60 * US_PER_S : first - time_monotonic_us();
	if (left < 0)
		left = 0;
	return (struct timespec){ left / US_PER_S, left % US_PER_S * 1000 };
}

/*
 * Sleeps until a connection comes (where one is wanted), a child ends, a client hangs up or a
 * deadline is reached; does what is to be done but accepting. True when there may be a connection.
 */
static bool wait_for_work(struct server *s, int listen_fd)
{
	struct pollfd p[SERVE_MAX_PROCESSES + 1];
	struct child *of[SERVE_MAX_PROCESSES + 1];
	struct timespec left = time_left(s);
	nfds_t n = 0;
	int rc;

	p[n] = (struct pollfd){ .fd = listen_fd, .events = POLLIN };
	of[n++] = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(s->child); i++) {
		if (!s->child[i].pid || s->child[i].alone)
			continue;
		p[n] = (struct pollfd){ .fd = s->child[i].conn, .events = POLLRDHUP };
		of[n++] = &s->child[i];
	}
	rc = ppoll(p, n, &left, &s->while_waiting);
	for (nfds_t i = 1; rc > 0 && i < n; i++) {
		if ((p[i].revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0)
			continue;
		of[i]->alone = true;
		(void)kill(of[i]->pid, SIGKILL);
	}
	kill_late(s);
	reap(s);
	return rc > 0 && (p[0].revents & POLLIN) != 0;
}

static void catch_signals(struct server *s)
{
	struct sigaction stop = { .sa_handler = on_stop }, child = { .sa_handler = on_child };
	sigset_t blocked;

	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGTERM);
	(void)sigaddset(&blocked, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &blocked,
			  NULL); /* delivered inside ppoll alone, so none is missed */
	(void)sigemptyset(&s->while_waiting);
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGCHLD, &child, NULL);
	(void)signal(SIGINT, SIG_IGN); /* a terminal's: the master sends SIGTERM */
	(void)signal(SIGPIPE, SIG_IGN);
}

int serve_socket(const struct serve_limits *l, int listen_fd)
{
	struct server s = { .limits = l };
	int flags = fcntl(listen_fd, F_GETFL);

	/* After a reload there are two of us for a moment: the other one may be faster, and accept may not wait then. */
	if (flags < 0 || fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return 1;
	catch_signals(&s);
	while (!stopping || s.running > 0) {
		bool room =
			!stopping && s.running < l->processes && s.running < ARRAY_SIZE(s.child);
		int conn;

		if (!wait_for_work(&s, room ? listen_fd : -1) || !room)
			continue;
		conn = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (conn >= 0)
			(void)start_child(&s, conn);
	}
	return 0;
}

int serve_one(const struct serve_limits *l, int fd)
{
	struct server s = { .limits = l };

	catch_signals(&s);
	if (!start_child(&s, fd))
		return 1;
	while (s.running > 0)
		(void)wait_for_work(&s, -1);
	return 0;
}
