#include "app/server/cgi.h"

#include "app/base/arena.h"
#include "app/base/spawn.h"
#include "app/base/time.h"
#include "app/server/req.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PART_BYTES = 64 * 1024, END_WAIT_MS = 5000, STATUS_MIN = 200, STATUS_MAX = 599 };

struct running {
	int fd; /* what it writes */
	pid_t pid;
	int64_t until_us;
	char *p; /* PART_BYTES */
	size_t n;
	size_t body; /* where in p its body begins */
};

/* With all that it has started. */
static void end_program(void *ctx)
{
	struct running *c = ctx;

	if (c->fd >= 0)
		(void)close(c->fd);
	if (c->pid > 0) {
		(void)kill(-c->pid, SIGKILL);
		while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	c->fd = -1;
	c->pid = 0;
}

/* What it has written since, at most n bytes; 0 at its end, -1 where it takes too long. */
static ssize_t read_some(struct running *c, char *p, size_t n)
{
	int64_t left_ms = (c->until_us - time_monotonic_us()) / US_PER_MS;
	struct pollfd pfd = { .fd = c->fd, .events = POLLIN };
	ssize_t got;

	if (left_ms <= 0 ||
	    poll(&pfd, 1, left_ms < CGI_IDLE_S * 1000 ? (int)left_ms : CGI_IDLE_S * 1000) <= 0)
		return -1;
	do
		got = read(c->fd, p, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Whether it ended well; it is gone afterwards. */
static bool ended_well(struct running *c)
{
	struct timespec ten_ms = { .tv_nsec = 10 * 1000 * 1000 };
	int status = 0;

	for (int waited = 0; waited < END_WAIT_MS; waited += 10) {
		pid_t pid = waitpid(c->pid, &status, WNOHANG);

		if (pid == c->pid) {
			c->pid = 0;
			return WIFEXITED(status) && WEXITSTATUS(status) == 0;
		}
		if (pid < 0 && errno != EINTR)
			break;
		(void)nanosleep(&ten_ms, NULL);
	}
	end_program(c);
	return false;
}

static bool stream(struct req *r, void *ctx, bool (*write)(struct req *r, struct text part))
{
	struct running *c = ctx;
	struct text first = { c->p + c->body, c->n - c->body };
	ssize_t n;

	if (first.n && !write(r, first))
		return false;
	while ((n = read_some(c, c->p, PART_BYTES)) > 0)
		if (!write(r, (struct text){ c->p, (size_t)n }))
			return false;
	return n == 0 && ended_well(c);
}

/* ---- its head */

/* The head without the empty line behind it; absent while that has not come. */
static struct text head_of(const struct running *c, size_t *ret_body)
{
	static const struct text ends[] = { TEXT_INIT("\r\n\r\n"), TEXT_INIT("\n\n") };
	struct text all = { c->p, c->n };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t at = text_find(all, ends[i]);

		if (at < all.n) {
			*ret_body = at + ends[i].n;
			return text_sub(all, 0, at);
		}
	}
	return TEXT_NONE;
}

static const struct err *no_answer(struct req *r, const char *why)
{
	return err_because(r->arena, ERR_BUSY, text_from(why), "Service unavailable");
}

static const struct err *read_head(struct req *r, struct running *c, struct text *ret)
{
	do {
		ssize_t n = c->n < CGI_HEAD_MAX_BYTES
				    ? read_some(c, c->p + c->n, CGI_HEAD_MAX_BYTES - c->n)
				    : 0;

		if (n < 0)
			return no_answer(r, "the program took too long to answer");
		if (n == 0)
			return err_new(r->arena, ERR_INTERNAL, "what the program wrote is no CGI");
		c->n += (size_t)n;
		*ret = head_of(c, &c->body);
	} while (!ret->p);
	*ret = text_dup(r->arena, *ret);
	return NULL;
}

static bool take_line(struct req *r, struct reply *rp, struct text line)
{
	static const char *const passed[] = { "Cache-Control", "Expires", "Pragma" };
	struct text value = line, name, number;
	uint64_t status;

	if (!text_cut(&value, ':', &name) || !value.p)
		return false;
	value = text_trim(value);
	if (text_eq_nocase(name, TEXT("Status"))) {
		(void)text_cut(&value, ' ', &number);
		if (!text_u64(number, STATUS_MIN, STATUS_MAX, &status))
			return false;
		rp->status = (unsigned)status;
	}
	if (text_eq_nocase(name, TEXT("Content-Type")))
		rp->type = text_z(r->arena, value);
	for (size_t i = 0; i < ARRAY_SIZE(passed); i++)
		if (text_eq_nocase(name, text_from(passed[i])) &&
		    rp->nheaders < REPLY_HEADERS_MAX / 2)
			reply_header(rp, passed[i], value);
	return true;
}

static struct reply reply_of(struct req *r, struct running *c, struct text head)
{
	struct reply rp = reply_stream(r, 200, NULL, stream, c);
	struct text line;

	while (text_cut(&head, '\n', &line)) {
		line = text_trim(line);
		if (text_has_byte(line, '\0') || text_has_byte(line, '\r') ||
		    !take_line(r, &rp, line))
			return reply_err(r, err_new(r->arena, ERR_INTERNAL,
						    "what the program wrote is no CGI"));
	}
	return rp;
}

/* ---- starting it */

static const struct err *start(struct req *r, const struct cgi *cgi, struct running *c)
{
	int out[2], in = spawn_input(cgi->body), rc;

	if (in < 0)
		return err_errno(r->arena, errno, "memfd_create");
	if (pipe2(out, O_CLOEXEC)) {
		rc = errno;
		(void)close(in);
		return err_errno(r->arena, rc, "pipe");
	}
	c->fd = out[0];
	rc = spawn_program(&(struct spawn){ .argv = cgi->argv,
					    .env = cgi->env,
					    .in = in,
					    .out = out[1],
					    .held = -1,
					    .group = true },
			   &c->pid);
	(void)close(in);
	(void)close(out[1]);
	if (!rc)
		return NULL;
	c->pid = 0;
	return no_answer(r, text_z(r->arena, text_fmt(r->arena, "cannot execute %s: %s",
						      cgi->argv[0], strerror(rc))));
}

struct reply reply_cgi(struct req *r, const struct cgi *cgi)
{
	struct running *c = arena_alloc(r->arena, sizeof(*c));
	const struct err *e;
	struct text head;

	*c = (struct running){ .fd = -1,
			       .until_us = time_monotonic_us() + CGI_TOTAL_S * (int64_t)US_PER_S };
	c->p = arena_alloc(r->arena, PART_BYTES);
	arena_defer(r->arena, end_program, c);
	e = start(r, cgi, c);
	if (!e)
		e = read_head(r, c, &head);
	return e ? reply_err(r, e) : reply_of(r, c, head);
}
