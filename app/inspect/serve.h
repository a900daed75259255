/* The inspector's watcher: one process, forked from clean memory, for each request (design.md 2).
 */
#pragma once

#include "app/inspect/sandbox.h"

struct serve_limits {
	struct sandbox_limits sandbox;
	unsigned wall_s;
	unsigned processes; /* at once; the others wait to be accepted */
};

enum { SERVE_MAX_PROCESSES = 64 };

/*
 * Accepts connections on listen_fd, each with one request (wire.h), until SIGTERM, then waits for
 * those in hand. A child that runs longer than wall_s, or whose client has gone, is killed. The
 * exit status.
 */
int serve_socket(const struct serve_limits *l, int listen_fd);

/* One connection, which is fd. */
int serve_one(const struct serve_limits *l, int fd);
