/* Settings of a crate that its owners change: contract/api.md 10.2. */
#pragma once

#include "db/db.h"

/* An individual owner who has an e-mail address, verified or not: upstream asks for that row here and nowhere else. */
const struct err *must_use db_crate_settings_owner(struct db *db, uint64_t crate_id,
						   uint64_t user_id, bool *ret);

struct trustpub_only_change {
	uint64_t crate_id, user_id;
	struct text crate, login, address; /* for the audit: stored name, who, from where */
	bool on;
};

/* One transaction with its line of the audit and the letters to the owners (db/mail.h). */
const struct err *must_use db_crate_set_trustpub_only(struct db *db,
						      const struct trustpub_only_change *c);

extern const struct db_stmt *const db_crate_settings_stmts[];
