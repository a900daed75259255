/* What one user owns in person: contract/api.md 22 and 29.2. */
#pragma once

#include "db/db.h"

enum { OWNED_MAX = 20000 };

struct owned_crate {
	uint64_t id;
	struct text name;
	bool email_notifications;
};

/* By name; at most OWNED_MAX. */
const struct err *must_use db_owned_crates(struct db *db, uint64_t user_id,
					   struct owned_crate **ret, size_t *ret_n);

/* Crates that the user does not own are passed over. */
struct owned_notify {
	uint64_t crate_id;
	bool on;
};
const struct err *must_use db_owned_notify(struct db *db, uint64_t user_id,
					   const struct owned_notify *v, size_t n);

/* For the administrator; the last six are of the default version. */
struct owned_admin {
	struct text name, description;
	int64_t updated_us;
	uint64_t downloads, recent_downloads; /* upstream: it shows their sum */
	uint64_t dependents; /* rows of dependencies, of all versions of all crates */
	uint64_t num_versions;
	bool yanked;
	struct text default_version;
	uint64_t crate_size;
	struct text bin_names; /* JSON list; absent: null */
};

/* By name; at most OWNED_MAX, those without a version left out. */
const struct err *must_use db_owned_admin(struct db *db, uint64_t user_id, struct owned_admin **ret,
					  size_t *ret_n);

extern const struct db_stmt *const db_owned_stmts[];
