/*
 * The fault switch: named steps at which a test lets a process die, fail or wait. Compiled in by
 * --enable-faults only; without it FAULT_POINT is nothing, and a misspelt name still fails to
 * compile.
 *
 * What happens is said by $CRATEHOUSE_FAULT ("publish.after-blob:kill") or by the file named in
 * $CRATEHOUSE_FAULT_FILE, which is read again at every step, so a test need not start the server
 * anew:
 *
 *     NAME:kill       SIGKILL to this process
 *     NAME:error      the step fails with ERR_INTERNAL
 *     NAME:busy       the step fails with ERR_BUSY
 *     NAME:sleep=MS   waits
 *     NAME:hold       waits (a minute at most) while there is FILE.held, which it makes and which
 *                     holds its process id: no test need guess how long something takes
 *
 * An order in a file is obeyed once (the file is removed first); one in the environment each time.
 * The worker that comes after the killed one must not die of the same order.
 */
#pragma once

#include "app/base/err.h"

#include <config.h> /* autoconf's, not app/base/config.h */

struct arena;

/* In the order in which a publish, a settle, a letter, a count of downloads, a dump and a zip pass them. */
#define FAULT_NAMES(X)                                                                             \
	X(PUBLISH_BEFORE_BLOB, "publish.before-blob")                                              \
	X(PUBLISH_IN_BLOB, "publish.in-blob")                                                      \
	X(PUBLISH_AFTER_BLOB, "publish.after-blob")                                                \
	X(PUBLISH_TX_BEGUN, "publish.tx-begun")                                                    \
	X(PUBLISH_TX_CRATE, "publish.tx-crate")                                                    \
	X(PUBLISH_TX_VERSION, "publish.tx-version")                                                \
	X(PUBLISH_TX_DEPENDENCIES, "publish.tx-dependencies")                                      \
	X(PUBLISH_TX_DERIVED, "publish.tx-derived")                                                \
	X(PUBLISH_TX_JOBS, "publish.tx-jobs")                                                      \
	X(PUBLISH_AFTER_COMMIT, "publish.after-commit")                                            \
	X(PUBLISH_BEFORE_ANSWER, "publish.before-answer")                                          \
	X(YANK_TX_BEGUN, "yank.tx-begun")                                                          \
	X(YANK_TX_VERSION, "yank.tx-version")                                                      \
	X(YANK_TX_JOBS, "yank.tx-jobs")                                                            \
	X(YANK_AFTER_COMMIT, "yank.after-commit")                                                  \
	X(YANK_BEFORE_ANSWER, "yank.before-answer")                                                \
	X(DELETE_TX_BEGUN, "delete.tx-begun")                                                      \
	X(DELETE_TX_LOCKED, "delete.tx-locked")                                                    \
	X(DELETE_TX_ROWS, "delete.tx-rows")                                                        \
	X(DELETE_AFTER_COMMIT, "delete.after-commit")                                              \
	X(DELETE_BEFORE_ANSWER, "delete.before-answer")                                            \
	X(SETTLE_BEGUN, "settle.begun")                                                            \
	X(SETTLE_AFTER_READ, "settle.after-read")                                                  \
	X(SETTLE_AFTER_LINK, "settle.after-link")                                                  \
	X(SETTLE_BEFORE_RENAME, "settle.before-rename")                                            \
	X(SETTLE_AFTER_RENAME, "settle.after-rename")                                              \
	X(SETTLE_BEFORE_JOB_DELETE, "settle.before-job-delete")                                    \
	X(SETTLE_AFTER_JOB_DELETE, "settle.after-job-delete")                                      \
	X(MAIL_FANNED_OUT, "mail.fanned-out")                                                      \
	X(MAIL_BEFORE_SEND, "mail.before-send")                                                    \
	X(MAIL_AFTER_SEND, "mail.after-send")                                                      \
	X(COUNT_TX_POSITION, "count.tx-position")                                                  \
	X(COUNT_TX_COUNTS, "count.tx-counts")                                                      \
	X(COUNT_AFTER_COMMIT, "count.after-commit")                                                \
	X(SUM_TX_CRATES, "sum.tx-crates")                                                          \
	X(SUM_AFTER_COMMIT, "sum.after-commit")                                                    \
	X(ARCHIVE_WRITTEN, "archive.written")                                                      \
	X(ARCHIVE_AFTER_COMMIT, "archive.after-commit")                                            \
	X(DUMP_BEGUN, "dump.begun")                                                                \
	X(DUMP_IN_SNAPSHOT, "dump.in-snapshot")                                                    \
	X(DUMP_READ, "dump.read")                                                                  \
	X(DUMP_IN_ARCHIVE, "dump.in-archive")                                                      \
	X(DUMP_ARCHIVE_WRITTEN, "dump.archive-written")                                            \
	X(DUMP_ARCHIVE_PUBLIC, "dump.archive-public")                                              \
	X(DUMP_DONE, "dump.done")                                                                  \
	X(ZIP_WRITTEN, "zip.written")                                                              \
	X(ZIP_AFTER_COMMIT, "zip.after-commit")                                                    \
	X(ZIP_HALF_PUBLIC, "zip.half-public")                                                      \
	X(ZIP_PUBLIC, "zip.public")

enum fault {
#define FAULT_ENUM(id, name) FAULT_##id,
	FAULT_NAMES(FAULT_ENUM)
#undef FAULT_ENUM
		FAULT_COUNT
};

const char *fault_name(enum fault f);
bool fault_enabled(void); /* whether the switch is compiled in */

/* NULL, or the error that the order asks for. Without the switch always NULL. */
const struct err *fault_at(struct arena *a, enum fault f);

/* A statement of a function that returns an error: `FAULT_POINT(a, PUBLISH_AFTER_BLOB);` */
#ifdef ENABLE_FAULTS
#define FAULT_POINT(arena, id)                                                                     \
	do {                                                                                       \
		const struct err *fault_err_ = fault_at((arena), FAULT_##id);                      \
		if (fault_err_)                                                                    \
			return fault_err_;                                                         \
	} while (0)
#else
#define FAULT_POINT(arena, id) ((void)sizeof(char[FAULT_##id + 1]))
#endif
