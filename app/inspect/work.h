/* What the inspector does for one request, once the sandbox stands. */
#pragma once

#include "app/inspect/wire.h"

/*
 * The answer for r with its input on fd: one JSON object without its newline, at most
 * WIRE_MAX_ANSWER bytes (arena). WIRE_ARCHIVE  {"verdict": null, "manifest": {...}} or {"verdict":
 * "..."} WIRE_LINES    {"verdict": null, "linecounts": {...}} or {"verdict": "..."} WIRE_README
 * {"html": "...", "plain": bool} WIRE_FILE     {"text": "..." or null}
 */
struct text work_do(struct arena *a, const struct wire_request *r, int fd);

/*
 * Has every library do once what it does only once (reading /dev/urandom, asking for the size of
 * the memory), which would be fatal behind the filter. For the process that forks.
 */
void work_warm_up(void);
