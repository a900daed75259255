/* What the inspector does for one request, once the sandbox stands. */
#pragma once

#include "app/inspect/wire.h"

struct work_answer {
	struct text json;  /* one object without its line feed, at most WIRE_MAX_ANSWER bytes */
	struct text bytes; /* at most WIRE_MAX_BYTES; absent for most */
};

/*
 * The answer for r with its inputs on fd and second_fd (arena):
 *   WIRE_ARCHIVE  {"verdict": null, "manifest": {...}} or {"verdict": "..."}
 *   WIRE_LINES    {"verdict": null, "linecounts": {...}} or {"verdict": "..."}
 *   WIRE_README   {"html": "...", "plain": bool}
 *   WIRE_FILE     {"text": "..." or null}
 *   WIRE_BROWSE   {"verdict", "unlisted", "files": bytes of the list, "found", "path", "size", "executable", "kind",
 *                 "language", "text": bytes, "tokens": bytes}, then list (answer_files.h), text and tokens (tokens.h)
 *   WIRE_BYTES    {"verdict", "found", "size", "kind"}, then the bytes
 *   WIRE_COMPARE  {"verdict", "same", "more"}, then the files (answer_files.h)
 *   WIRE_CHANGELOG  {"verdict", "path": null for none, "plain"}, then the HTML
 *   WIRE_ZIP      {"verdict", "full": whether the file could not be written}, then the list of its files; second_fd is written
 *   WIRE_ADVISORIES, WIRE_ADVISORY_FILES  {"verdict", "advisories": [...], "next": number to go on with, 0: that is all}
 */
struct work_answer work_do(struct arena *a, const struct wire_request *r, int fd, int second_fd);

/*
 * Has every library do once what it does only once (reading /dev/urandom, asking for the size of
 * the memory), which would be fatal behind the filter. For the process that forks.
 */
void work_warm_up(void);
