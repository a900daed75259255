/* What the git index must hold, read from the database and said to cratehouse-git (contract/index.md 7.2, jobs.md 5). */
#pragma once

#include "app/index/git_client.h"

struct verify_sink;

/*
 * The file of the crate of that stored name, or that there is none. own_commit: as a commit of its own, in crates.io's
 * words; else for the commit that the caller makes. Rows have memory of their own. ERR_INVALID: no name; then, and for any
 * error of the database, the run may go on without it.
 */
const struct err *must_use git_sync_crate(const struct app *app, struct arena *a,
					  struct git_client *g, struct text name, bool own_commit);

/* config.json, in a commit of its own where it has changed. */
const struct err *must_use git_sync_config(const struct app *app, struct arena *a,
					   struct git_client *g);

/* Every file that there is, for GIT_OP_WHOLE and GIT_OP_COMPARE; *ret_n of them. step as in verify_each. */
const struct err *must_use git_sync_all(const struct app *app, struct arena *step,
					struct git_client *g, uint64_t *ret_n);

/* Whether it has a commit: made by git_rebuild, or by the first change. */
bool git_is_made(const struct app *app, struct arena *a);

/*
 * The whole index anew, in one commit where anything differs, and packed for whoever clones it. ERR_BUSY where another run
 * does not end in time. *ret_n files.
 */
enum { GIT_REBUILD_WAIT_MS = 30 * 60 * 1000 }; /* for a run that packs */
const struct err *must_use git_rebuild(const struct app *app, struct arena *step, uint64_t wait_ms,
				       uint64_t *ret_n, struct git_answer *ret);

/*
 * Tells of each file that is not what the database says, but for those of which a job is waiting to make it so; a
 * difference is looked at again a moment later before it is told. *ret_differs: something was told.
 */
const struct err *must_use git_verify(const struct app *app, struct arena *step,
				      const struct verify_sink *sink, bool *ret_differs);
