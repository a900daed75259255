/* What the master's children are: forked workers and job runners, and the inspector, which is
 * executed. */
#pragma once

#include "app/base/text.h"

#include <signal.h>
#include <sys/types.h>

struct app;
struct arena;
struct config;
struct metrics;

enum child_kind { CHILD_WORKER, CHILD_JOBS, CHILD_INSPECT };

struct child_fds {
	int listen, inspect; /* inspect -1: there is none */
};

struct child_start {
	enum child_kind kind;
	const struct config *cfg;
	struct child_fds fds;
	struct text inspect_socket; /* NUL-terminated; absent: the inspector is executed for each
				       call */
	struct metrics *metrics;    /* shared by all workers */
	const sigset_t *signals;    /* blocked in the master, free in the child */
	int (*jobs)(struct app *app);
};

/* The process id; -1 with errno. Does not return in the child. */
pid_t child_fork(const struct child_start *s);

const char *child_name(enum child_kind kind); /* "worker", "jobs", "inspect" */

/*
 * A worker's whole life on a listening socket: opens what app.h names, serves, closes.
 * inspect_socket may be NULL. The exit status of the process.
 */
int child_work(const struct config *cfg, int fd, const char *inspect_socket);
