#include "app/inspect/call.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/json.h"
#include "app/base/spawn.h"
#include "app/base/time.h"
#include "app/inspect/client.h"
#include "app/inspect/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ANSWER_DEPTH = 16,
	LAST_LINE_MAX = 64, /* "=signal 31\n" */
	SLOT_WAIT_MS = 50,
	GRACE_S = 5, /* beyond wall_s: the inspector ends its child by itself */
};

static const struct text unavailable = TEXT_INIT("Service unavailable");

/* ---- starting it */

enum { ARGV_MAX = 12 };

static void fill_argv(struct arena *a, const struct config *cfg, const char *mode,
		      char *argv[ARGV_MAX])
{
	size_t n = 0;

	argv[n++] = text_z(a, text_fmt(a, "%.*s/cratehouse-inspect", TEXT_F(cfg->server.libexec)));
	argv[n++] = text_z(a, text_from(mode));
	argv[n++] = text_z(a, TEXT("--cpu"));
	argv[n++] = text_z(a, text_fmt(a, "%llu", (unsigned long long)cfg->sandbox.cpu_s));
	argv[n++] = text_z(a, TEXT("--wall"));
	argv[n++] = text_z(a, text_fmt(a, "%llu", (unsigned long long)cfg->sandbox.wall_s));
	argv[n++] = text_z(a, TEXT("--memory"));
	argv[n++] = text_z(a, text_fmt(a, "%llu", (unsigned long long)cfg->sandbox.memory_mb));
	argv[n++] = text_z(a, TEXT("--processes"));
	argv[n++] = text_z(a, text_fmt(a, "%llu", (unsigned long long)cfg->sandbox.processes));
	if (!cfg->sandbox.require)
		argv[n++] = text_z(a, TEXT("--lenient"));
	argv[n] = NULL;
}

void inspect_exec(const struct config *cfg, int listen_fd)
{
	struct arena *a = arena_new(0);
	char *argv[ARGV_MAX], *env[] = { NULL };

	fill_argv(a, cfg, "--serve", argv);
	if (dup2(listen_fd, STDIN_FILENO) >= 0)
		(void)execve(argv[0], argv, env);
	arena_free(a);
}

/* One call of the inspector: how long it may take, where it is reached, and what has to be cleared up after. */
struct call {
	int64_t begin_by_us, wall_us;
	int sock;
	pid_t pid; /* 0: it is the master's */
	int slot;  /* the lock that counts those executed by workers; -1: none */
	int page;  /* the lock that counts those for pages, */
	int queue; /* and the one of pages that wait for it or have it; -1: none */
};

static const struct err *busy(struct arena *a, struct text cause)
{
	return err_because(a, ERR_BUSY, cause, "%.*s", TEXT_F(unavailable));
}

const struct err *call_failed(struct arena *a, const char *what, int saved_errno)
{
	return busy(a, text_fmt(a, "inspector: %s: %s", what, strerror(saved_errno)));
}

const struct err *call_odd(struct arena *a, struct text cause)
{
	return err_because(a, ERR_INVALID, cause,
			   "uploaded tarball is malformed or too large when decompressed");
}

/* A flock on one of count files, so that a machine runs no more of them at once. */
static const struct err *take_slot(const struct config *cfg, struct arena *a, const char *kind,
				   uint64_t count, int64_t deadline_us, int *ret)
{
	*ret = -1;
	do {
		for (uint64_t i = 0; i < count; i++) {
			const char *path =
				text_z(a, text_fmt(a, "%.*s/lock/%s-%llu", TEXT_F(cfg->data.dir),
						   kind, (unsigned long long)i));
			int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

			if (fd < 0)
				return call_failed(a, path, errno);
			if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
				*ret = fd;
				return NULL;
			}
			(void)close(fd);
		}
		(void)poll(NULL, 0, SLOT_WAIT_MS);
	} while (time_monotonic_us() < deadline_us);
	return busy(a, TEXT("inspector: all that may run at once are at work"));
}

/* Without an environment, and with the socket alone. */
static int spawn_once(const struct config *cfg, struct arena *a, int sock, pid_t *ret)
{
	char *argv[ARGV_MAX], *env[] = { NULL };

	fill_argv(a, cfg, "--once", argv);
	return spawn_program(
		&(struct spawn){ .argv = argv, .env = env, .in = sock, .out = -1, .held = -1 },
		ret);
}

static const struct err *call_once(const struct config *cfg, struct arena *a, struct call *c)
{
	int pair[2], rc;
	const struct err *e =
		take_slot(cfg, a, "inspect", cfg->sandbox.processes, c->begin_by_us, &c->slot);

	if (e)
		return e;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return call_failed(a, "socketpair", errno);
	c->sock = pair[0];
	rc = spawn_once(cfg, a, pair[1], &c->pid);
	(void)close(pair[1]);
	if (rc != 0) {
		c->pid = 0;
		return call_failed(a, "cannot be executed", rc);
	}
	return NULL;
}

static const struct err *call_master(struct arena *a, const char *path, struct call *c)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int64_t left_us = c->begin_by_us - time_monotonic_us();
	struct timeval wait = { left_us / US_PER_S, left_us % US_PER_S };
	size_t n = strlen(path);

	if (left_us <= 0)
		return busy(a, TEXT("inspector: no time was left"));

	if (n >= sizeof(addr.sun_path))
		return busy(a, TEXT("inspector: the path of its socket is too long"));
	memcpy(addr.sun_path, path, n);
	c->sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->sock < 0)
		return call_failed(a, "socket", errno);
	/* connect waits as long where the queue is full */
	if (setsockopt(c->sock, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) != 0 ||
	    connect(c->sock, (const struct sockaddr *)&addr, sizeof(addr)) != 0)
		return call_failed(a, "cannot be reached", errno);
	return NULL;
}

static void end_call(struct call *c)
{
	if (c->sock >= 0)
		(void)close(c->sock); /* it sees that and ends what it does for us */
	if (c->pid > 0) {
		(void)kill(c->pid, SIGTERM);
		while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (c->slot >= 0)
		(void)close(c->slot);
	if (c->page >= 0)
		(void)close(c->page);
	if (c->queue >= 0)
		(void)close(c->queue);
}

/* ---- its answer */

/* Reads until the end or the deadline; *ret_n bytes are there. False at the deadline. */
static bool read_until(int sock, char *p, size_t room, int64_t deadline_us, size_t *ret_n)
{
	for (;;) {
		int64_t left_ms = (deadline_us - time_monotonic_us()) / US_PER_MS;
		struct pollfd pfd = { .fd = sock, .events = POLLIN };
		ssize_t n;

		if (left_ms <= 0 || *ret_n == room)
			return false;
		if (poll(&pfd, 1, (int)left_ms) <= 0)
			continue;
		n = recv(sock, p + *ret_n, room - *ret_n, MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return true;
		*ret_n += (size_t)n;
	}
}

/*
 * What stands between "+" and "\n=done". What began and did not end well is
 * a verdict on its input; what did not begin, or whose watcher went without a word, is busy. A child that died in its
 * answer left no line feed before the last line.
 */
static const struct err *split_answer(struct arena *a, struct text all, struct text *ret)
{
	size_t at = all.n, least = all.n > LAST_LINE_MAX ? all.n - LAST_LINE_MAX : 0;
	struct text last;

	while (at > least && all.p[at - 1] != '=')
		at--;
	last = text_sub(all, at, all.n);
	if (at == least || !text_ends(last, TEXT("\n")) || !text_starts(all, TEXT("+")))
		return busy(a, text_fmt(a, "inspector: no answer (%.*s)", TEXT_F(text_trim(last))));
	if (!text_eq(last, TEXT("done\n")))
		return call_odd(a, text_fmt(a, "the inspector's child ended with %.*s",
					    TEXT_F(text_trim(last))));
	all = text_sub(all, 1, at - 1);
	if (!text_ends(all, TEXT("\n")))
		return call_odd(a, TEXT("the inspector's answer has no end"));
	*ret = text_sub(all, 0, all.n - 1);
	return NULL;
}

const struct err *call_read(struct arena *a, struct text whole, struct call_answer *ret)
{
	size_t json = text_find_byte(whole, '\n');
	struct call_answer answer = { .whole = whole, .bytes = text_sub(whole, json + 1, whole.n) };
	struct text why;

	if (json == whole.n)
		return call_odd(a, TEXT("the inspector's answer has not two parts"));
	answer.json = json_parse(a, text_sub(whole, 0, json), ANSWER_DEPTH, &why);
	if (!json_object_is_type(answer.json, json_type_object))
		return call_odd(a, TEXT("the inspector's answer is no JSON object"));
	*ret = answer;
	return NULL;
}

enum { ANSWER_ROOM = WIRE_MAX_ANSWER + WIRE_MAX_BYTES + LAST_LINE_MAX };

static void unmap_answer(void *p)
{
	(void)munmap(p, ANSWER_ROOM);
}

/*
 * Room for the longest answer; what is not written to takes no memory. Not malloc: freeing so much at once makes it
 * keep as much from then on.
 */
static char *map_answer(struct arena *a)
{
	void *p =
		mmap(NULL, ANSWER_ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	BUG_ON(p == MAP_FAILED);
	arena_defer(a, unmap_answer, p);
	return p;
}

static const struct err *talk(struct arena *a, struct call *c, struct text frame, const int fds[2],
			      struct call_answer *ret)
{
	char *p = map_answer(a);
	size_t n = 0;
	struct text whole;
	const struct err *e;
	bool ended;

	if (!wire_send(c->sock, frame, fds))
		return call_failed(a, "cannot be asked", errno);
	(void)read_until(c->sock, p, 1, c->begin_by_us, &n);
	if (n == 0)
		return busy(a, TEXT("inspector: it did not begin in time"));
	ended = read_until(c->sock, p, ANSWER_ROOM, time_monotonic_us() + c->wall_us, &n);
	if (!ended)
		return call_odd(a, TEXT("the inspector's answer is too long or late"));
	e = split_answer(a, (struct text){ p, n }, &whole);
	return e ? e : call_read(a, whole, ret);
}

static const struct err *take_page(const struct config *cfg, struct arena *a, struct call *c)
{
	uint64_t queue = cfg->server.workers / 2 > cfg->sandbox.page_processes
				 ? cfg->server.workers / 2
				 : cfg->sandbox.page_processes;
	int64_t queue_by_us = time_monotonic_us() + CALL_PAGE_QUEUE_MS * (int64_t)US_PER_MS;
	const struct err *e = take_slot(cfg, a, "page-queue", queue, queue_by_us, &c->queue);

	return e ? e
		 : take_slot(cfg, a, "page", cfg->sandbox.page_processes, c->begin_by_us, &c->page);
}

/* What a page hears that found no place: it is not long until there is one. */
static const struct err *soon(struct arena *a, const struct err *e)
{
	struct err *copy;

	if (!err_is(e, ERR_BUSY))
		return e;
	copy = arena_copy(a, e, sizeof(*e));
	copy->retry_after_s = CALL_PAGE_RETRY_S;
	return copy;
}

const struct err *call_inspector(const struct config *cfg, struct arena *a,
				 const char *socket_or_null, const struct wire_request *r,
				 const int fds[2], enum call_class who, struct call_answer *ret)
{
	bool page = who == CALL_PAGE;
	uint64_t wait_s = page && cfg->sandbox.wall_s > CALL_PAGE_WAIT_S ? CALL_PAGE_WAIT_S
									 : cfg->sandbox.wall_s,
		 wall_s = page && cfg->sandbox.wall_s > CALL_PAGE_WALL_S
				  ? CALL_PAGE_WALL_S
				  : cfg->sandbox.wall_s + GRACE_S;
	struct call c = { .begin_by_us = time_monotonic_us() + (int64_t)wait_s * US_PER_S,
			  .wall_us = (int64_t)wall_s * US_PER_S,
			  .sock = -1,
			  .slot = -1,
			  .page = -1,
			  .queue = -1 };
	struct text frame = wire_pack(a, r);
	const struct err *e = NULL;

	if (!frame.p)
		return call_odd(a, TEXT("the request to the inspector is too long"));
	if (page)
		e = take_page(cfg, a, &c);
	if (!e)
		e = socket_or_null ? call_master(a, socket_or_null, &c) : call_once(cfg, a, &c);
	if (!e)
		e = talk(a, &c, frame, fds, ret);
	end_call(&c);
	return page ? soon(a, e) : e;
}
