/* One request to the inspector and its answer, over the master's socket or to one executed for it
 * (wire.h). */
#pragma once

#include "app/base/err.h"

struct config;
struct json_object;
struct wire_request;

struct call_answer {
	struct json_object *json; /* an object; goes with the arena */
	struct text bytes;        /* what followed it; empty for most. arena */
	struct text whole;        /* both as they came, for call_read. arena */
};

/* An answer from its two parts as they came: the JSON, a line feed, the bytes. ERR_INVALID where it is none. */
const struct err *must_use call_read(struct arena *a, struct text whole, struct call_answer *ret);

/*
 * Who waits. A page takes one of sandbox.page_processes places of the machine first, so that publishes find one free; it
 * waits CALL_PAGE_WAIT_S at most until its answer begins, and CALL_PAGE_WALL_S for the rest. Whoever waits holds a worker:
 * so many pages as half of the workers wait or are answered at a time, and another one hears after CALL_PAGE_QUEUE_MS that
 * it should come again (ERR_BUSY with a short Retry-After).
 */
enum call_class { CALL_WORK, CALL_PAGE };
enum {
	CALL_PAGE_QUEUE_MS = 500,
	CALL_PAGE_WAIT_S = 3,
	CALL_PAGE_WALL_S = 10,
	CALL_PAGE_RETRY_S = 5,
};

/*
 * Sends r and the descriptors of its inputs (the second -1 for none), waits for the answer: at most sandbox.wall_s until
 * it begins, and as long again and 5 s until its end. ERR_BUSY where the
 * inspector could not be reached or started or went away; ERR_INVALID (call_odd) where it began and
 * died, ran over a limit, or answered no JSON.
 */
const struct err *must_use call_inspector(const struct config *cfg, struct arena *a,
					  const char *socket_or_null, const struct wire_request *r,
					  const int fds[2], enum call_class who,
					  struct call_answer *ret);

/* ERR_INVALID in the contract's words for an archive that cannot be taken apart; cause is for the
 * log. */
const struct err *call_odd(struct arena *a, struct text cause);

/* ERR_BUSY for a system call that failed on the way. */
const struct err *call_failed(struct arena *a, const char *what, int saved_errno);
