/* One worker: takes one request at a time from a listening socket. The only file that sees
 * fcgiapp.h is worker.c. */
#pragma once

struct app;

/*
 * Answers requests that arrive at the listening socket fd until SIGTERM or SIGINT,
 * server.max_requests or server.max_rss_mb. A signal never interrupts a request: it is taken only
 * while waiting for the next one. The exit status of the process: 0, or 1 when the socket is none.
 * Makes fd non-blocking.
 */
int worker_run(struct app *app, int fd);
