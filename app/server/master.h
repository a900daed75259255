/*
 * The master: binds the socket, forks workers and job runners, executes the inspector, watches
 * them, starts them again with a growing pause where they fail, reloads on SIGHUP and drains on
 * SIGTERM. It never talks to the database and never to a client; small and boring on purpose.
 */
#pragma once

struct app;

struct master_hooks {
	int (*jobs)(struct app *app); /* a job runner's life, until SIGTERM; its exit status. NULL:
					 there are none */
};

/* config_path as in config_load. The exit status of `cratehouse serve`. */
int master_run(const char *config_path, const struct master_hooks *hooks);
