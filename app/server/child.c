#include "app/server/child.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/inspect/client.h"
#include "app/server/app.h"
#include "app/server/banner.h"
#include "app/server/metrics.h"
#include "app/server/route.h"
#include "app/server/router.h"
#include "app/server/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

const char *child_name(enum child_kind kind)
{
	static const char *const name[] = { "worker", "jobs", "inspect" };

	return name[kind];
}

/* Short of memory, the kernel should take a worker, and before that an inspector, rather than the
 * database. */
static void mark_for_oom(enum child_kind kind)
{
	struct text score = kind == CHILD_INSPECT ? TEXT("800\n") : TEXT("300\n");
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, score.p, score.n) < 0)
		log_debug(log_z("msg", "no oom_score_adj"), log_z("cause", strerror(errno)));
	(void)close(fd);
}

static int open_and_run(const struct config *cfg, const char *inspect_socket, int fd,
			struct metrics *metrics, int (*jobs)(struct app *app))
{
	struct arena *a = arena_new(0);
	struct app app = { 0 };
	struct text why;
	int status = 1;

	if (!app_open(a, cfg, inspect_socket, &app, &why)) {
		log_error(log_z("msg", "cannot start"), log_text("cause", why));
	} else if (jobs) {
		status = jobs(&app);
		app_close(&app);
	} else {
		app.router = router_new(route_lists);
		app.metrics = metrics;
		app.banners = banners_new();
		metrics_sit(metrics);
		status = worker_run(&app, fd);
		router_free(app.router);
		banners_free(app.banners);
		app_close(&app);
	}
	arena_free(a);
	return status;
}

int child_work(const struct config *cfg, int fd, const char *inspect_socket)
{
	struct metrics *metrics = metrics_new(route_lists);
	int status = open_and_run(cfg, inspect_socket, fd, metrics, NULL);

	metrics_free(metrics);
	return status;
}

/* Executed: a clean start, with no secret of ours. */
static no_return void exec_inspector(const struct child_start *s)
{
	inspect_exec(s->cfg, s->fds.inspect);
	log_error(log_z("msg", "cannot execute the inspector"),
		  log_text("libexec", s->cfg->server.libexec), log_z("cause", strerror(errno)));
	_exit(1);
}

/* In the child: as the master began, less what is the master's own. */
static void leave_master(const struct child_start *s, pid_t master)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != master)
		_exit(0);
	mark_for_oom(s->kind);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_UNBLOCK, s->signals, NULL);
	if (s->kind != CHILD_WORKER)
		(void)close(s->fds.listen);
	if (s->kind != CHILD_INSPECT && s->fds.inspect >= 0)
		(void)close(s->fds.inspect);
}

pid_t child_fork(const struct child_start *s)
{
	pid_t master = getpid(), pid = fork();

	if (pid)
		return pid;
	leave_master(s, master);
	if (s->kind == CHILD_INSPECT)
		exec_inspector(s);
	exit(open_and_run(s->cfg, s->inspect_socket.p, s->fds.listen, s->metrics,
			  s->kind == CHILD_JOBS ? s->jobs : NULL));
}
