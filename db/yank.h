/* Yanking, unyanking, and the message of a yank (contract/publish.md 15): one transaction, settled afterwards. */
#pragma once

#include "db/audit.h"
#include "db/db.h"

/* What a client may say; upstream has no limit, but lists of versions hold every message whole. */
enum { YANK_MESSAGE_MAX_BYTES = 1000 };

struct yank_in {
	uint64_t crate_id, version_id;
	uint64_t user_id;               /* 0: the command line, which leaves no action behind */
	uint64_t token_id;              /* 0: a session */
	struct opt_u64 yanked;          /* 1, 0; not set: as it is */
	const struct audit_entry *note; /* of an administrator who owns nothing here; NULL: none */
	struct text
		message; /* absent: none. upstream: a message that is not given again is erased */
};

struct yank_out {
	bool changed;            /* false: nothing was different, nothing was done */
	bool yanked;             /* now */
	struct text name, canon; /* of the crate */
	uint64_t settle_job_id;
};

/* ERR_NOT_FOUND ("Not Found") where the version has gone meanwhile. Doing it twice is harmless: an uncertain COMMIT is
 * ERR_BUSY, and the client may repeat. */
const struct err *must_use db_yank(struct db *db, const struct yank_in *in, struct yank_out *ret);

extern const struct db_stmt *const db_yank_stmts[];
