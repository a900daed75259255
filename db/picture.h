/*
 * Copies of the pictures that accounts have elsewhere (site.avatars): which are to be fetched, and what came of it. Pages take
 * the name of a copy along with whom they show. Files are app/jobs/fetch_avatar.c's.
 */
#pragma once

#include "db/db.h"

enum picture_kind { PICTURE_USER, PICTURE_TEAM };

struct picture {
	struct text url;  /* of the original; absent: there is none */
	struct text file; /* of our copy, below DATA/public/avatars; absent: there is none */
};

/* id: of a user the number of the linked GitHub account, of a team our own. ERR_NOT_FOUND where there is no such one. */
const struct err *must_use db_picture(struct db *db, enum picture_kind kind, int64_t id,
				      struct picture *ret);

/*
 * It was looked for just now, and this is the copy (absent: none). *ret_taken false where the original has another address than p->url
 * by now, or is gone: then nothing changes, and a job for the new one is on its way.
 */
const struct err *must_use db_picture_put(struct db *db, enum picture_kind kind, int64_t id,
					  const struct picture *p, bool *ret_taken);

/* A job that fetches it; one that waits already is enough. */
const struct err *must_use db_picture_want(struct db *db, enum picture_kind kind, int64_t id);

/* Those that have an original and were not looked for since before_us; at most PICTURES_DUE_MAX. */
enum { PICTURES_DUE_MAX = 500 };
struct picture_due {
	int64_t id;
};
const struct err *must_use db_pictures_due(struct db *db, enum picture_kind kind, int64_t before_us,
					   struct picture_due **ret, size_t *ret_n);

/* Later, a job that removes a copy which pages name no more. */
const struct err *must_use db_picture_drop_later(struct db *db, struct text file);

extern const struct db_stmt *const db_picture_stmts[];
