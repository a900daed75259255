/*
 * What happened to a crate (contract/web.md P25): versions published, yanked and unyanked, owners who came and went, settings.
 * Nothing of it is written here: it is read from versions, version_owner_actions, crate_owners and the audit.
 */
#pragma once

#include "db/db.h"

enum activity_kind {
	ACTIVITY_PUBLISH,
	ACTIVITY_YANK,
	ACTIVITY_UNYANK,
	ACTIVITY_OWNER_ADDED,
	ACTIVITY_OWNER_REMOVED,
	ACTIVITY_SETTING,
};

struct activity {
	int64_t time_us;
	uint64_t kind;       /* enum activity_kind */
	struct text who;     /* login; absent: not known, or no person */
	struct text subject; /* a version, the login of an owner, or the action of the audit */
	struct text how;     /* "token", "session", "trusted publishing"; absent: not known */
	struct text detail;  /* JSON of the audit; absent: none */
};

enum { ACTIVITY_MAX = 100 };

/*
 * What happened before that time, newest first, at most ACTIVITY_MAX; one query. *ret_more says that there is more, before the
 * time of the last one: what happened in one microsecond is not parted, unless it is more than ACTIVITY_MAX. crate: stored name.
 */
const struct err *must_use db_activity(struct db *db, uint64_t crate_id, struct text crate,
				       int64_t before_us, struct activity **ret, size_t *ret_n,
				       bool *ret_more);

extern const struct db_stmt *const db_activity_stmts[];
