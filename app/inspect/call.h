/* One request to the inspector and its answer, over the master's socket or to one executed for it
 * (wire.h). */
#pragma once

#include "app/base/err.h"

struct config;
struct json_object;
struct wire_request;

/*
 * Sends r and fd, waits for the answer: at most sandbox.wall_s until it begins, and as long again
 * and 5 s until its end. *ret is a JSON object that goes with the arena. ERR_BUSY where the
 * inspector could not be reached or started or went away; ERR_INVALID (call_odd) where it began and
 * died, ran over a limit, or answered no JSON.
 */
const struct err *must_use call_inspector(const struct config *cfg, struct arena *a,
					  const char *socket_or_null, const struct wire_request *r,
					  int fd, struct json_object **ret);

/* ERR_INVALID in the contract's words for an archive that cannot be taken apart; cause is for the
 * log. */
const struct err *call_odd(struct arena *a, struct text cause);

/* ERR_BUSY for a system call that failed on the way. */
const struct err *call_failed(struct arena *a, const char *what, int saved_errno);
