/* What jobs work out of a version's bytes: the rendered README, the line counts. */
#pragma once

#include "db/db.h"

/* Which edition of the renderer this program has: one more where its HTML changes, so that old ones are made anew. */
enum { README_RENDERER = 2 };

struct published_bytes {
	struct text crate, num; /* as stored: what file names are made of */
	struct sha256 tar_sha256;
};

/* ERR_NOT_FOUND where the version is gone. */
const struct err *must_use db_published_bytes(struct db *db, uint64_t version_id,
					      struct published_bytes *ret);

/* plain: a limit was passed, and the README is shown as text. ERR_NOT_FOUND where the version is gone. */
const struct err *must_use db_rendering_put(struct db *db, uint64_t version_id, bool plain);

/* json for versions.linecounts. */
const struct err *must_use db_linecounts_put(struct db *db, uint64_t version_id, struct text json);

/* For versions.marks (app/registry/marks.h). */
const struct err *must_use db_marks_put(struct db *db, uint64_t version_id, uint64_t marks);

extern const struct db_stmt *const db_rendering_stmts[];
