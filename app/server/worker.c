#include "app/server/worker.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/hash.h"
#include "app/base/log.h"
#include "app/server/app.h"
#include "app/server/dispatch.h"
#include "app/server/record.h"
#include "app/server/transport.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/*
 * The arena is bounded so that no request can take the machine's memory; a request that passes it
 * is a BUG, because everything that a client can size has a limit of its own far below.
 */
enum {
	ARENA_MAX_BYTES = 128 * 1024 * 1024,
	PEER_TIMEOUT_S = 60,
	SMALL_BYTES = 64 * 1024, /* what the socket takes at once, whoever reads it */
	LARGE_BYTES = 32 * 1024, /* from here on, records of our own are worth their call */
	ACCEPTS_MAX = 16,
	RSS_EVERY = 32, /* requests between two looks at the memory */
};

static volatile sig_atomic_t stopping;

static void on_stop(int sig)
{
	(void)sig;
	stopping = 1;
}

/* ---- the transport over libfcgi */

struct connection {
	FCGX_Request request;
	bool cut, limited;
	size_t sent;
};

/* A front end that hangs may not hold the worker for ever; most requests end without a wait. */
static void limit_peer(struct connection *c)
{
	struct timeval tv = { .tv_sec = PEER_TIMEOUT_S };

	if (c->limited)
		return;
	c->limited = true;
	(void)setsockopt(c->request.ipcFd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	(void)setsockopt(c->request.ipcFd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

static const char *get_param(void *ctx, const char *name, size_t nth)
{
	struct connection *c = ctx;
	size_t n = strlen(name);

	for (char **p = c->request.envp; p && *p; p++)
		if (!strncmp(*p, name, n) && (*p)[n] == '=' && !nth--)
			return *p + n + 1;
	return NULL;
}

static size_t read_body(void *ctx, void *p, size_t n)
{
	struct connection *c = ctx;
	size_t got = 0;

	limit_peer(c);
	while (got < n) {
		size_t want = n - got < INT_MAX ? n - got : INT_MAX;
		int k = FCGX_GetStr((char *)p + got, (int)want, c->request.in);

		if (k <= 0)
			break;
		got += (size_t)k;
	}
	return got;
}

static bool read_failed(void *ctx)
{
	struct connection *c = ctx;

	return FCGX_GetError(c->request.in) != 0;
}

/* Past libfcgi. What failed in the middle of a record cannot be ended by it. */
static bool write_large(struct connection *c, const void *p, size_t n)
{
	if (!FCGX_FFlush(c->request.out) &&
	    records_write(c->request.ipcFd, (unsigned)c->request.requestId, p, n))
		return true;
	c->cut = true;
	return false;
}

static bool write_body(void *ctx, const void *p, size_t n)
{
	struct connection *c = ctx;
	size_t done = 0;

	c->sent += n;
	if (c->sent > SMALL_BYTES)
		limit_peer(c);
	if (n >= LARGE_BYTES)
		return write_large(c, p, n);
	while (done < n) {
		size_t want = n - done < INT_MAX ? n - done : INT_MAX;
		int k = FCGX_PutStr((const char *)p + done, (int)want, c->request.out);

		if (k <= 0)
			return false;
		done += (size_t)k;
	}
	return true;
}

static void cut(void *ctx)
{
	struct connection *c = ctx;

	c->cut = true;
}

/* ---- the loop */

/*
 * SIGTERM and SIGINT are blocked but for the wait in epoll_pwait: libfcgi gives up reads and writes
 * of a request in hand once FCGX_ShutdownPending() was called (libfcgi/os_unix.c), which would drop
 * it; and a flag that is looked at before a blocking accept can be set just after the look. So
 * accept never blocks, and no signal is lost or early.
 */
static void take_signals(sigset_t *ret_waiting)
{
	struct sigaction stop = { .sa_handler = on_stop }, ignore = { .sa_handler = SIG_IGN };
	sigset_t block;

	(void)sigemptyset(&stop.sa_mask);
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGHUP, &ignore, NULL);  /* a reload concerns the master alone */
	(void)sigaction(SIGXFSZ, &ignore, NULL); /* write says EFBIG: a 503 (app/storage) */
	(void)sigemptyset(&block);
	(void)sigaddset(&block, SIGTERM);
	(void)sigaddset(&block, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &block, ret_waiting);
	(void)sigdelset(ret_waiting, SIGTERM);
	(void)sigdelset(ret_waiting, SIGINT);
}

/* EPOLLEXCLUSIVE: a connection wakes one idle worker, not all of them. -1 where fd is no socket
 * that listens. */
static int wait_set(int fd)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int flags = fcntl(fd, F_GETFL), listens = 0, ep;
	socklen_t n = sizeof(listens);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) || !listens || flags < 0 ||
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return -1;
	ep = epoll_create1(EPOLL_CLOEXEC);
	if (ep >= 0 && epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev)) {
		(void)close(ep);
		return -1;
	}
	return ep;
}

static uint64_t rss_mb(void)
{
	char s[128];
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	struct text rest, part;
	uint64_t pages = 0;
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, s, sizeof(s));
	(void)close(fd);
	if (n <= 0)
		return 0;
	rest = (struct text){ s, (size_t)n };
	if (!text_cut(&rest, ' ', &part) || !text_cut(&rest, ' ', &part) ||
	    !text_u64(part, 0, UINT64_MAX / 65536, &pages))
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE) / (1024 * 1024);
}

/*
 * Whether the front end has nothing more to say. A request without a body has an empty one, whose
 * end comes with the parameters; libfcgi reads it when asked.
 */
static bool all_read(struct connection *c)
{
	const char *length = FCGX_GetParam("CONTENT_LENGTH", c->request.envp);

	if (length && length[0] && strcmp(length, "0") != 0 && !c->request.in->isClosed)
		return false;
	limit_peer(c);
	return FCGX_GetChar(c->request.in) == EOF && !FCGX_GetError(c->request.in);
}

/*
 * libfcgi ends a connection by waiting, up to 2 s, until the front end has closed its side: what it
 * may still be sending would otherwise cut the answer (libfcgi/os_unix.c, OS_IpcClose). That holds
 * a worker for nothing where all has been read.
 */
static void finish(struct connection *c)
{
	c->request.keepConnection = all_read(c);
	FCGX_Finish_r(&c->request);
	if (!c->request.keepConnection || c->request.ipcFd < 0)
		return;
	(void)close(c->request.ipcFd);
	c->request.ipcFd = -1;
}

static void answer(struct app *app, struct arena *a, struct connection *c)
{
	const struct transport t = {
		.ctx = c,
		.param = get_param,
		.read = read_body,
		.read_failed = read_failed,
		.write = write_body,
		.cut = cut,
	};

	c->cut = c->limited = false;
	c->sent = 0;
	dispatch_request(app, a, &t);
	if (c->cut)
		FCGX_Free(&c->request,
			  1); /* without the end record: the front end sees a broken answer */
	else
		finish(c); /* a kept connection would be served by nobody else */
	arena_reset(a);
}

/* Workers that started together do not leave together. */
static uint64_t last_request(const struct config *cfg)
{
	uint64_t spread = cfg->server.max_requests / 10, r;

	if (!spread)
		return cfg->server.max_requests;
	random_bytes(&r, sizeof(r));
	return cfg->server.max_requests - r % spread;
}

static bool done(const struct config *cfg, uint64_t served, uint64_t last)
{
	uint64_t rss;

	if (last && served >= last) {
		log_debug(log_z("msg", "worker served its share"), log_u64("requests", served));
		return true;
	}
	rss = cfg->server.max_rss_mb && served % RSS_EVERY == 1 ? rss_mb() : 0;
	if (rss > cfg->server.max_rss_mb) {
		log_info(log_z("msg", "worker over its memory mark"), log_u64("rss_mb", rss));
		return true;
	}
	return false;
}

static int serve(struct app *app, int fd, int ep, const sigset_t *waiting)
{
	struct arena *a = arena_new(ARENA_MAX_BYTES);
	struct connection c = { .cut = false };
	uint64_t served = 0, last = last_request(app->cfg);
	struct epoll_event ev;
	bool leave = false;

	if (FCGX_InitRequest(&c.request, fd, 0)) {
		arena_free(a);
		return 1;
	}
	while (!stopping && !leave) {
		if (epoll_pwait(ep, &ev, 1, -1, waiting) < 1)
			continue; /* EINTR: a signal, or none of ours */
		/* While there is a queue it is not asked for; between two looks, signals wait for a few requests. */
		for (int i = 0; i < ACCEPTS_MAX && !leave && FCGX_Accept_r(&c.request) >= 0; i++) {
			answer(app, a, &c);
			leave = done(app->cfg, ++served, last);
		}
	}
	FCGX_Free(&c.request, 1);
	arena_free(a);
	return 0;
}

int worker_run(struct app *app, int fd)
{
	sigset_t waiting;
	int ep, status;

	take_signals(&waiting);
	ep = wait_set(fd);
	if (ep < 0 || FCGX_Init()) {
		log_error(log_z("msg", "no listening socket to serve"), log_i64("fd", fd));
		return 1;
	}
	status = serve(app, fd, ep, &waiting);
	(void)close(ep);
	return status;
}
