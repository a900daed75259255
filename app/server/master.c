#include "app/server/master.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/hash.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/server/app.h"
#include "app/server/child.h"
#include "app/server/listen.h"
#include "app/server/metrics.h"
#include "app/server/route.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NAG_US = 250 * US_PER_MS, /* a draining child is told again so often */
	LONG_LIFE_US =
		30 *
		US_PER_S, /* who lived so long failed for a new reason: the pause begins anew */
	SHORT_LIFE_US =
		US_PER_S, /* a runner or inspector that ends sooner has failed whatever it says */
	PAUSE_US = 100 * US_PER_MS, /* after the second failure; doubles with each one */
	PAUSE_MAX_US = 30 * US_PER_S,
	CHILDREN_MAX = 4096,
};

struct child {
	enum child_kind kind;
	pid_t pid; /* 0: not running */
	bool draining;
	unsigned failures; /* in a row */
	int64_t started_us, start_at_us, nag_at_us, kill_at_us;
};

struct master {
	const char *config_path;
	const struct master_hooks *hooks;
	struct arena *arena; /* of cfg */
	const struct config *cfg;
	struct child_fds fds;
	struct arena *names;                /* what outlives the configuration that named it: */
	struct text socket, inspect_socket; /* NUL-terminated; the second may be absent */
	struct metrics *metrics;
	struct child children[CHILDREN_MAX];
	size_t n;
	sigset_t signals;
	bool stopping;
};

/* ---- children */

static void forget(struct master *m, struct child *c)
{
	*c = m->children[--m->n];
}

static void add_children(struct master *m, enum child_kind kind, uint64_t n)
{
	for (uint64_t i = 0; i < n && m->n < CHILDREN_MAX; i++)
		m->children[m->n++] = (struct child){ .kind = kind };
}

static void start(struct master *m, struct child *c)
{
	const struct child_start s = {
		.kind = c->kind,
		.cfg = m->cfg,
		.fds = m->fds,
		.inspect_socket = m->inspect_socket,
		.metrics = m->metrics,
		.signals = &m->signals,
		.jobs = m->hooks->jobs,
	};
	pid_t pid = child_fork(&s);

	c->started_us = time_monotonic_us();
	if (pid < 0) {
		log_error(log_z("msg", "fork failed"), log_z("cause", strerror(errno)));
		c->start_at_us = c->started_us + US_PER_S;
		return;
	}
	c->pid = pid;
}

static void start_due(struct master *m)
{
	int64_t now = time_monotonic_us();

	for (size_t i = 0; i < m->n; i++)
		if (!m->children[i].pid && !m->children[i].draining &&
		    m->children[i].start_at_us <= now)
			start(m, &m->children[i]);
}

static void drain(const struct master *m, struct child *c)
{
	int64_t now = time_monotonic_us();

	if (c->draining)
		return;
	c->draining = true;
	c->nag_at_us = now + NAG_US;
	c->kill_at_us = now + (int64_t)m->cfg->server.drain_s * US_PER_S;
	if (c->pid)
		(void)kill(c->pid, SIGTERM);
}

/* A worker takes SIGTERM between two requests only; the repetition is for who was not listening
 * yet. */
static void nag(struct master *m)
{
	int64_t now = time_monotonic_us();

	for (size_t i = 0; i < m->n; i++) {
		struct child *c = &m->children[i];

		if (!c->draining || !c->pid)
			continue;
		if (now >= c->kill_at_us) {
			log_warn(log_z("msg", "killed after drain_s"),
				 log_z("kind", child_name(c->kind)), log_i64("pid", c->pid));
			(void)kill(c->pid, SIGKILL);
			c->kill_at_us = now + US_PER_S;
		} else if (now >= c->nag_at_us) {
			(void)kill(c->pid, SIGTERM);
			c->nag_at_us = now + NAG_US;
		}
	}
}

static int64_t pause_us(unsigned failures)
{
	int64_t us = PAUSE_US;

	if (failures < 2)
		return 0;
	for (unsigned i = 2; i < failures && us < PAUSE_MAX_US; i++)
		us *= 2;
	return us < PAUSE_MAX_US ? us : PAUSE_MAX_US;
}

static void say_failed(const struct child *c, int status, int64_t lived)
{
	log_error(log_z("msg", "child failed"), log_z("kind", child_name(c->kind)),
		  log_i64("status", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
		  log_i64("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
		  log_i64("lived_ms", lived / US_PER_MS), log_u64("failures", c->failures),
		  log_i64("again_in_ms", c->draining ? -1 : pause_us(c->failures) / US_PER_MS));
}

static void ended(struct master *m, struct child *c, int status)
{
	int64_t now = time_monotonic_us(), lived = now - c->started_us;
	bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
		    (c->kind == CHILD_WORKER || lived >= SHORT_LIFE_US);

	if (c->draining || m->stopping) {
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			say_failed(c, status, lived);
		forget(m, c);
		return;
	}
	c->pid = 0;
	if (well || lived >= LONG_LIFE_US)
		c->failures = 0;
	if (!well)
		c->failures++;
	c->start_at_us = now + pause_us(c->failures);
	if (well)
		return;
	say_failed(c, status, lived);
}

static void reap(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		metrics_leave(m->metrics, pid);
		for (size_t i = 0; i < m->n; i++)
			if (m->children[i].pid == pid) {
				ended(m, &m->children[i], status);
				break;
			}
	}
}

/* Who is draining and was never started, or ended while it waited to be started again. */
static void drop_idle(struct master *m)
{
	for (size_t i = m->n; i-- > 0;)
		if (m->children[i].draining && !m->children[i].pid)
			forget(m, &m->children[i]);
}

/* ---- sockets and privileges */

static bool has_inspector(const struct config *cfg, struct arena *a)
{
	const char *path = text_fmt(a, "%.*s/cratehouse-inspect", TEXT_F(cfg->server.libexec)).p;

	if (access(path, X_OK) == 0)
		return true;
	log_warn(log_z("msg", "no inspector: nothing can be published"), log_z("path", path),
		 log_z("cause", strerror(errno)));
	return false;
}

/*
 * The inspector's socket is of this machine, so it is beside the FastCGI socket where that is a
 * path; a data folder may be shared. One that cannot be bound (a path too long) costs an exec a
 * publish, no more.
 */
static void open_inspect(struct master *m)
{
	struct text path, why;

	if (!has_inspector(m->cfg, m->arena))
		return;
	path = text_starts(m->socket, TEXT("/"))
		       ? text_fmt(m->arena, "%.*s.inspect", TEXT_F(m->socket))
		       : text_fmt(m->arena, "%.*s/inspect-%ld.sock", TEXT_F(m->cfg->data.dir),
				  (long)getpid());
	m->fds.inspect = listen_at(m->arena, path, 0600, &why);
	if (m->fds.inspect < 0) {
		log_warn(log_z("msg", "the inspector is executed for each call"),
			 log_text("cause", why));
		return;
	}
	m->inspect_socket = text_dup(m->names, path);
}

static bool give_away(struct text path, uid_t uid, gid_t gid)
{
	return !text_starts(path, TEXT("/")) || chown(path.p, uid, gid) == 0;
}

/* Started as root: the sockets go to server.user and server.group, and so do we. */
static bool become_user(struct master *m)
{
	const struct config *cfg = m->cfg;
	const struct passwd *pw;
	const struct group *gr;
	uid_t uid;
	gid_t gid;

	if (geteuid() != 0 || !cfg->server.user.n)
		return true;
	pw = getpwnam(text_z(m->arena, cfg->server.user));
	if (!pw) {
		log_error(log_z("msg", "no such user"), log_text("user", cfg->server.user));
		return false;
	}
	uid = pw->pw_uid;
	gid = pw->pw_gid;
	if (cfg->server.group.n) {
		gr = getgrnam(text_z(m->arena, cfg->server.group));
		if (!gr) {
			log_error(log_z("msg", "no such group"),
				  log_text("group", cfg->server.group));
			return false;
		}
		gid = gr->gr_gid;
	}
	if (give_away(m->socket, uid, gid) && give_away(m->inspect_socket, uid, gid) &&
	    !initgroups(text_z(m->arena, cfg->server.user), gid) && !setgid(gid) && !setuid(uid))
		return true;
	log_error(log_z("msg", "cannot become the user"), log_text("user", cfg->server.user),
		  log_z("cause", strerror(errno)));
	return false;
}

static void write_pid_file(const struct master *m)
{
	char s[32];
	int n = snprintf(s, sizeof(s), "%ld\n", (long)getpid()), fd;

	if (!m->cfg->server.pid_file.n)
		return;
	fd = open(text_z(m->arena, m->cfg->server.pid_file),
		  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, s, (size_t)n) != n)
		log_warn(log_z("msg", "cannot write the pid file"),
			 log_text("path", m->cfg->server.pid_file),
			 log_z("cause", strerror(errno)));
	if (fd >= 0)
		(void)close(fd);
}

/* ---- reload and stop */

static void add_all(struct master *m)
{
	add_children(m, CHILD_WORKER, m->cfg->server.workers);
	if (m->hooks->jobs)
		add_children(m, CHILD_JOBS, m->cfg->server.job_runners);
}

/* New workers first, then the old ones drain: a connection waits in the socket's queue or has a
 * worker. */
static void reload(struct master *m)
{
	struct arena *a = arena_new(0), *old = m->arena;
	struct text why;
	const struct config *cfg = config_load(a, m->config_path, &why);
	bool sandbox;

	if (!cfg) {
		log_error(log_z("msg", "configuration not reloaded"), log_text("cause", why));
		arena_free(a);
		return;
	}
	if (!text_eq(cfg->server.socket, m->socket))
		log_warn(log_z("msg", "server.socket changes with a restart only"));
	sandbox = memcmp(&cfg->sandbox, &m->cfg->sandbox, sizeof(cfg->sandbox)) != 0;
	for (size_t i = 0, n = m->n; i < n; i++)
		if (m->children[i].kind != CHILD_INSPECT || sandbox)
			drain(m, &m->children[i]);
	m->arena = a;
	m->cfg = cfg;
	arena_free(old);
	add_all(m);
	if (m->fds.inspect >= 0 && sandbox)
		add_children(m, CHILD_INSPECT, 1);
	drop_idle(m);
	start_due(m);
	log_info(log_z("msg", "reloaded"), log_u64("workers", cfg->server.workers));
}

static void stop(struct master *m)
{
	if (m->stopping)
		return;
	m->stopping = true;
	log_info(log_z("msg", "stopping"));
	for (size_t i = 0; i < m->n; i++)
		if (m->children[i].kind != CHILD_INSPECT) /* workers in hand may need it */
			drain(m, &m->children[i]);
	drop_idle(m);
}

/* The inspector goes when nobody is left who could ask it. */
static void stop_inspector(struct master *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->children[i].kind != CHILD_INSPECT)
			return;
	for (size_t i = 0; i < m->n; i++)
		drain(m, &m->children[i]);
	drop_idle(m);
}

/* ---- the loop */

static int64_t next_event_us(const struct master *m)
{
	int64_t at = INT64_MAX;

	for (size_t i = 0; i < m->n; i++) {
		const struct child *c = &m->children[i];
		int64_t t = c->draining
				    ? (c->nag_at_us < c->kill_at_us ? c->nag_at_us : c->kill_at_us)
			    : c->pid ? INT64_MAX
				     : c->start_at_us;

		if (t < at)
			at = t;
	}
	return at;
}

static int wait_signal(const struct master *m)
{
	int64_t at = next_event_us(m), us = at - time_monotonic_us();
	struct timespec ts;

	if (at == INT64_MAX)
		return sigwaitinfo(&m->signals, NULL);
	us = us > 0 ? us : 0;
	ts.tv_sec = us / US_PER_S;
	ts.tv_nsec = us % US_PER_S * 1000;
	return sigtimedwait(&m->signals, NULL, &ts);
}

static void loop(struct master *m)
{
	for (;;) {
		int sig;

		if (m->stopping)
			stop_inspector(m);
		else
			start_due(m);
		if (m->stopping && !m->n)
			return;
		sig = wait_signal(m);
		if (sig == SIGHUP && !m->stopping)
			reload(m);
		else if (sig == SIGTERM || sig == SIGINT)
			stop(m);
		reap(m);
		nag(m);
	}
}

static void take_signals(struct master *m)
{
	static const int sigs[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };

	(void)sigemptyset(&m->signals);
	for (size_t i = 0; i < ARRAY_SIZE(sigs); i++)
		(void)sigaddset(&m->signals, sigs[i]);
	(void)sigprocmask(SIG_BLOCK, &m->signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

static void finish(struct master *m)
{
	if (text_starts(m->socket, TEXT("/")))
		(void)unlink(m->socket.p);
	if (m->inspect_socket.p)
		(void)unlink(m->inspect_socket.p);
	if (m->cfg->server.pid_file.n)
		(void)unlink(text_z(m->arena, m->cfg->server.pid_file));
	log_info(log_z("msg", "stopped"));
}

static bool prepare(struct master *m)
{
	struct text why;

	m->cfg = config_load(m->arena, m->config_path, &why);
	if (!m->cfg) {
		log_error(log_z("msg", "no configuration"), log_text("cause", why));
		return false;
	}
	m->socket = text_dup(m->names, m->cfg->server.socket);
	m->fds.listen =
		listen_at(m->arena, m->socket, mode_of_digits(m->cfg->server.socket_mode), &why);
	if (m->fds.listen < 0) {
		log_error(log_z("msg", "cannot listen"), log_text("cause", why));
		return false;
	}
	open_inspect(m);
	write_pid_file(m);
	return become_user(m);
}

/* What OpenSSL sets up at its first use (2 ms, 300 KB) is done once and shared: each child would do it for itself. */
static void warm_up(void)
{
	char some[1];

	(void)sha256_of(TEXT(""));
	random_alnum(some, sizeof(some));
}

int master_run(const char *config_path, const struct master_hooks *hooks)
{
	struct master *m = calloc(1, sizeof(*m));
	bool ok;

	BUG_ON(!m);
	m->config_path = config_path;
	m->hooks = hooks;
	m->fds.listen = m->fds.inspect = -1;
	m->arena = arena_new(0);
	m->names = arena_new(0);
	take_signals(m);
	ok = prepare(m);
	if (ok) {
		warm_up();
		m->metrics = metrics_new(route_lists);
		add_all(m);
		if (m->fds.inspect >= 0)
			add_children(m, CHILD_INSPECT, 1);
		log_info(log_z("msg", "serving"), log_text("socket", m->socket),
			 log_u64("workers", m->cfg->server.workers), log_i64("pid", getpid()));
		loop(m);
		finish(m);
	}
	metrics_free(m->metrics);
	arena_free(m->arena);
	arena_free(m->names);
	free(m);
	return ok ? 0 : 1;
}
