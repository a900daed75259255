/*
 * From a checked manifest and its bytes to a version that everybody sees (design.md 6, steps 4 to 6): shared by the
 * publish of cargo and by `import crates`.
 */
#pragma once

#include "app/base/err.h"
#include "app/server/app.h"
#include "db/delete.h"
#include "db/publish.h"
#include "db/yank.h"

/*
 * Syncs the bytes of fd under their hash, runs the transaction, settles. Once the transaction is committed this is a
 * success: a settle that fails then is finished by the job it left. ERR_INVALID, ERR_AUTH, ERR_LIMIT in the contract's
 * words (rows 40 to 47), ERR_BUSY; then there is no row, no public file, no index line.
 */
const struct err *must_use publish_commit(const struct app *app, struct arena *a, int fd,
					  const struct publish_in *in, struct publish_out *ret);

/* The first half: blob and transaction. Whoever calls it settles ret->canon, and deletes the job ret->settle_job_id. */
const struct err *must_use publish_rows(const struct app *app, struct arena *a, int fd,
					const struct publish_in *in, struct publish_out *ret);

/* The same for a yank: the transaction, and settle where it changed something. Errors as db_yank. */
const struct err *must_use yank_commit(const struct app *app, struct arena *a,
				       const struct yank_in *in, struct yank_out *ret);

/* The same for a delete; what was served of it goes too. Where that fails after the commit, jobs and fsck do it. */
const struct err *must_use delete_commit(const struct app *app, struct arena *a,
					 const struct delete_in *in, struct delete_out *ret);

/*
 * What was served of a crate that is gone; again and again without harm. Whoever published the name anew meanwhile has
 * his files back.
 */
const struct err *must_use delete_files(const struct app *app, struct arena *a, struct text name);
