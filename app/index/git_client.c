#include "app/index/git_client.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/json.h"
#include "app/base/spawn.h"
#include "app/base/time.h"
#include "app/storage/storage.h"

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SEND_WAIT_S = 300,    /* a pack of 32 MB is written meanwhile */
	ANSWER_WAIT_S = 3600, /* all packs become one */
	TICK_MS = 5000,
};

struct git_client {
	struct arena *arena;
	int sock, lock;
	pid_t pid;
	void (*tick)(void *ctx);
	void *tick_ctx;
};

static void end_helper(struct git_client *g)
{
	if (g->sock >= 0)
		(void)close(g->sock);
	if (g->pid > 0) {
		(void)kill(-g->pid, SIGKILL); /* in its group is also the git that packs */
		while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	storage_unlock(g->lock);
	g->sock = g->lock = -1;
	g->pid = 0;
}

static void end_helper_of(void *p)
{
	end_helper(p);
}

void git_client_free(struct git_client *g)
{
	if (g)
		end_helper(g);
}

/* "NAME <MAIL>" of git_index.author, which was checked when the configuration was read. */
static void split_author(struct arena *a, const struct config *cfg, char **ret_name,
			 char **ret_mail)
{
	struct text rest = cfg->git_index.author, name;

	(void)text_cut(&rest, '<', &name);
	*ret_name = text_z(a, text_trim(name));
	*ret_mail = text_z(a, text_sub(rest, 0, rest.n ? rest.n - 1 : 0));
}

static const struct err *start(const struct app *app, struct git_client *g)
{
	const struct config *cfg = app->cfg;
	struct arena *a = g->arena;
	char *env[] = { NULL };
	char *argv[6] = { text_z(a,
				 text_fmt(a, "%.*s/cratehouse-git", TEXT_F(cfg->server.libexec))),
			  text_z(a, text_fmt(a, "%.*s/%sgit/index", TEXT_F(cfg->data.dir),
					     config_served(cfg))) };
	int pair[2], rc;

	split_author(a, cfg, &argv[2], &argv[3]);
	argv[4] = text_z(a, cfg->git_index.git);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return err_errno(a, errno, "socketpair");
	g->sock = pair[0];
	rc = spawn_program(&(struct spawn){ .argv = argv,
					    .env = env,
					    .in = pair[1],
					    .out = pair[1],
					    .held = g->lock,
					    .group = true },
			   &g->pid);
	(void)close(pair[1]);
	if (rc)
		g->pid = 0;
	return rc ? err_because(a, ERR_BUSY, text_from(strerror(rc)), "cannot execute %s", argv[0])
		  : NULL;
}

const struct err *git_client_new(const struct app *app, struct arena *a, uint64_t wait_ms,
				 struct git_client **ret)
{
	struct git_client *g = arena_alloc(a, sizeof(*g));
	const struct err *e;

	*g = (struct git_client){ .arena = a, .sock = -1, .lock = -1 };
	arena_defer(a, end_helper_of, g);
	e = storage_lock(app->storage, a, TEXT("git-index"), wait_ms, &g->lock);
	if (!e)
		e = start(app, g);
	if (e) {
		end_helper(g);
		return e;
	}
	*ret = g;
	return NULL;
}

void git_client_while_waiting(struct git_client *g, void (*fn)(void *ctx), void *ctx)
{
	g->tick = fn;
	g->tick_ctx = ctx;
}

/* Until the socket can be read (POLLIN) or written to; false at the deadline. */
static bool wait_for(struct git_client *g, short what, int64_t deadline_us)
{
	struct pollfd pfd = { .fd = g->sock, .events = what };

	while (time_monotonic_us() < deadline_us) {
		if (poll(&pfd, 1, TICK_MS) > 0)
			return true;
		if (g->tick)
			g->tick(g->tick_ctx);
	}
	return false;
}

/* ---- the answer */

static bool read_answer(struct git_client *g, char *p, size_t room, size_t *ret_n)
{
	int64_t deadline_us = time_monotonic_us() + ANSWER_WAIT_S * (int64_t)US_PER_S;

	*ret_n = 0;
	while (*ret_n < room && wait_for(g, POLLIN, deadline_us)) {
		ssize_t n = recv(g->sock, p + *ret_n, room - *ret_n, MSG_DONTWAIT);

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return n == 0 || errno == ECONNRESET;
		*ret_n += (size_t)n;
	}
	return false;
}

static uint64_t number_of(struct json_object *o, const char *key)
{
	return json_object_get_uint64(json_member(o, key));
}

static const struct err *take_answer(struct git_client *g, struct text json, struct git_answer *ret)
{
	struct text why;
	struct json_object *o = json_parse(g->arena, json, 4, &why),
			   *differ = json_member(o, "differ");
	struct text error = json_text(json_member(o, "error"));

	if (error.p)
		return json_object_get_boolean(json_member(o, "busy"))
			       ? err_because(g->arena, ERR_BUSY, error, "Service unavailable")
			       : err_new(g->arena, ERR_INTERNAL, "%.*s", TEXT_F(error));
	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_is_type(differ, json_type_array))
		return err_new(g->arena, ERR_BUSY, "cratehouse-git ended without an answer");
	*ret = (struct git_answer){ .commits = number_of(o, "commits"),
				    .packs = number_of(o, "packs"),
				    .ndiffer = number_of(o, "ndiffer"),
				    .head = json_text(json_member(o, "head")),
				    .snapshot = json_text(json_member(o, "snapshot")) };
	ret->differ.n = json_object_array_length(differ);
	ret->differ.v = arena_array(g->arena, ret->differ.n, sizeof(*ret->differ.v));
	for (size_t i = 0; i < ret->differ.n; i++)
		ret->differ.v[i] = json_text(json_object_array_get_idx(differ, i));
	return NULL;
}

static const struct err *read_and_end(struct git_client *g, struct git_answer *ret)
{
	char *p = arena_alloc(g->arena, GIT_WIRE_ANSWER_MAX + 1);
	size_t n = 0;
	bool ended = read_answer(g, p, GIT_WIRE_ANSWER_MAX + 1, &n);

	end_helper(g);
	return ended ? take_answer(g, (struct text){ p, n }, ret)
		     : err_new(g->arena, ERR_BUSY, "cratehouse-git does not answer");
}

/* It is gone before it was told to end: it has said why, or was killed. */
static const struct err *why_gone(struct git_client *g)
{
	struct git_answer answer;
	const struct err *e = read_and_end(g, &answer);

	return e ? e : err_new(g->arena, ERR_BUSY, "cratehouse-git is gone");
}

/* ---- what it is told */

static const struct err *send_text(struct git_client *g, struct text t)
{
	int64_t deadline_us = time_monotonic_us() + SEND_WAIT_S * (int64_t)US_PER_S;

	while (t.n) {
		ssize_t n = send(g->sock, t.p, t.n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			t = text_sub(t, (size_t)n, t.n);
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return why_gone(g);
		if (!wait_for(g, POLLOUT, deadline_us)) {
			end_helper(g);
			return err_new(g->arena, ERR_BUSY, "cratehouse-git does not listen");
		}
	}
	return NULL;
}

const struct err *git_client_say(struct git_client *g, const struct git_record *r)
{
	char head[GIT_WIRE_HEAD];
	const struct err *e;

	if (!git_wire_put(r, head))
		return err_new(g->arena, ERR_INVALID,
			       "this cannot be in the git index: `%.*s`, `%.*s`, %zu bytes",
			       TEXT_F(r->name), TEXT_F(r->path), r->bytes.n);
	e = send_text(g, (struct text){ head, sizeof(head) });
	if (!e)
		e = send_text(g, r->name);
	if (!e)
		e = send_text(g, r->path);
	return e ? e : send_text(g, r->bytes);
}

bool git_client_is_over(const struct git_client *g)
{
	return g->sock < 0;
}

const struct err *git_client_end(struct git_client *g, struct git_answer *ret)
{
	const struct err *e = git_client_say(g, &(struct git_record){ .op = GIT_OP_END });

	return e ? e : read_and_end(g, ret);
}
