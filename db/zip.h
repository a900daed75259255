/* Zip archives of versions (contract/jobs.md 14): what is known of them, and which there are to make. */
#pragma once

#include "db/db.h"

struct zip_version {
	uint64_t id;
	struct text crate, num; /* as stored: what file names are made of */
	int64_t created_us;
	struct sha256 tar_sha256;
	bool is_default; /* of its crate */
};

/* ERR_NOT_FOUND where the version is gone. */
const struct err *must_use db_zip_version(struct db *db, uint64_t version_id,
					  struct zip_version *ret);

/* For versions.zip_sha256 and zip_json_sha256; ERR_NOT_FOUND where the version is gone. */
const struct err *must_use db_zip_put(struct db *db, uint64_t version_id, const struct sha256 *zip,
				      const struct sha256 *list);

/* That of a crate by exactly these names. */
const struct err *must_use db_zip_find(struct db *db, struct text crate, struct text num,
				       struct zip_version *ret, bool *ret_found);

enum { ZIP_VERSIONS_MAX = 1000 };

/* Versions that have bytes and no zip yet, by id, those after that one; at most ZIP_VERSIONS_MAX. */
const struct err *must_use db_zip_missing(struct db *db, uint64_t after_id,
					  struct zip_version **ret, size_t *ret_n);

/* Those of a crate that have bytes, with or without one; likewise. */
const struct err *must_use db_zip_of_crate(struct db *db, uint64_t crate_id, uint64_t after_id,
					   struct zip_version **ret, size_t *ret_n);

extern const struct db_stmt *const db_zip_stmts[];
