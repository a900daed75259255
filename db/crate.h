/*
 * What decides about a crate before anything is done to it: the row by its canonical name, and
 * names that may not be used. (What pages and the API show is db/crate_view.h; what publishes is
 * db/publish.h.)
 */
#pragma once

#include "db/db.h"

struct crate_row {
	uint64_t id;
	struct text name, canon_name;
	int64_t created_us;
	bool trustpub_only;
	struct opt_u64 max_upload_size, max_features; /* in place of the configured limits */
	struct text repository;
};

/* name in any spelling. ERR_NOT_FOUND in the reference's words, with the name as given. */
const struct err *must_use db_crate_by_name(struct db *db, struct text name, struct crate_row *ret);

/* The same where absence is no error. */
const struct err *must_use db_crate_find(struct db *db, struct text name, struct crate_row *ret,
					 bool *ret_found);

/*
 * NULL, or ERR_INVALID in the contract's words where the name was deleted and is not free yet
 * (contract/publish.md row 8).
 */
const struct err *must_use db_crate_check_deleted(struct db *db, struct text name);

struct version_row {
	uint64_t id, crate_id;
	struct text num;
	bool yanked;
	struct text yank_message;
	struct sha256 tar_sha256;
	uint64_t crate_size;
};

/* num exactly as stored; crate is for the words of ERR_NOT_FOUND. */
const struct err *must_use db_version_by_num(struct db *db, uint64_t crate_id, struct text crate,
					     struct text num, struct version_row *ret);

/* The bytes of a version that came with a dump are here now, and so many. */
const struct err *must_use db_version_bytes_came(struct db *db, uint64_t version_id,
						 uint64_t bytes);

extern const struct db_stmt *const db_crate_stmts[];
