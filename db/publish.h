/*
 * The transaction of a publish: rows 40 to 50 of contract/publish.md 2, the rows of its section 10, and step 5 of
 * design.md 6. The bytes are synced under their hash before it; settle comes after it.
 */
#pragma once

#include "app/registry/manifest.h"
#include "db/db.h"

struct publish_in {
	const struct manifest *manifest; /* rows 21 to 32 are checked */
	struct sha256 sha;               /* of the .crate */
	uint64_t bytes;
	struct text readme, readme_file; /* absent for none; readme_file absent: README.md */
	uint64_t user_id;                /* 0: nobody (trusted publishing, an import) */
	uint64_t token_id;               /* 0: a session */
	uint64_t
		team_id; /* the user is no owner in person, but an active member of that team; 0: of none */
	struct text email; /* the publisher's verified address */
	bool by_trustpub;
	struct text trustpub_data;   /* JSON; absent for none */
	uint64_t new_versions_daily; /* 0: no limit */
	/*
	 * `import crates`: owners, the daily limit and the crates depended on are not asked after, categories that are
	 * not here are left out, and nobody is written to. A new crate is user_id's if that is not 0.
	 */
	bool import;
	int64_t created_us; /* 0: now */
};

struct publish_out {
	uint64_t crate_id, version_id;
	struct text name, canon; /* as stored; arena */
	bool is_new;             /* the crate */
	uint64_t settle_job_id;  /* deleted by whoever settles at once */
	int64_t created_us;
};

/*
 * ERR_INVALID, ERR_AUTH, ERR_LIMIT in the contract's words (rows 40 to 47): nothing is written then. ERR_BUSY. A COMMIT
 * whose answer was lost is looked up: NULL where it came through.
 */
const struct err *must_use db_publish(struct db *db, const struct publish_in *in,
				      struct publish_out *ret);

extern const struct db_stmt *const db_publish_stmts[];
