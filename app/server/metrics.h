/*
 * What the workers of one master have done since it started, for a collector such as Prometheus (contract/api.md 29.1).
 *
 * The counters are in memory that master and workers share: made before the first fork, added to without locks, and gone with the
 * last process. A worker without a master has its own. Each worker has a seat there that says what it is doing; the master
 * empties the seats of those that are gone, so one that is killed within a request leaves nothing behind. Every function takes NULL
 * for a process that counts nothing.
 */
#pragma once

#include "app/base/text.h"

#include <sys/types.h>

struct buf;
struct metrics;
struct route;

/* Counters for each path of the lists. owned (free with metrics_free); without memory it is a BUG. */
struct metrics *metrics_new(const struct route *const *lists);
void metrics_free(struct metrics *m);

/* In the worker, once: takes a seat. Where all are taken, only the seats' figures do without it. */
void metrics_sit(struct metrics *m);
/* In the master, for each child that ended. */
void metrics_leave(struct metrics *m, pid_t pid);

/* Around a request, in the worker. */
void metrics_begin(struct metrics *m);
struct metrics_request {
	const struct route *route; /* NULL: none of ours */
	unsigned status;
	int64_t us;
	uint64_t bytes, queries;
	bool connected; /* to the database, which is kept between requests */
};
void metrics_end(struct metrics *m, const struct metrics_request *r);

/* ---- the text format: a family's head, then its samples */

enum metric {
	/* of the registry, from the database */
	METRIC_CRATES,
	METRIC_VERSIONS,
	METRIC_JOBS, /* labels: priority, job */
	/* of this master's workers */
	METRIC_IDLE_CONNS, /* label: pool */
	METRIC_USED_CONNS,
	METRIC_REQUESTS,
	METRIC_IN_FLIGHT,
	METRIC_RESPONSE_TIMES, /* label: endpoint */
	METRIC_STATUS,         /* label: status */
	METRIC_QUERIES,
	METRIC_BYTES,
};

/* Help and type of it. */
void metric_head(struct buf *b, enum metric metric);
/* One sample; labels is NAME="value" pairs with commas between, "" for none. */
void metric_u64(struct buf *b, enum metric metric, const char *labels, uint64_t v);

/* All families of METRIC_IDLE_CONNS and below; those without a sample are left out. */
void metrics_write(const struct metrics *m, struct buf *b);
