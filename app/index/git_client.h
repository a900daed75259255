/*
 * The way to cratehouse-git, which writes the git index: one is executed for each run, tells nobody a secret because it gets
 * none, and is told what to do by the records of git_wire.h. A run holds the lock DATA/lock/git-index until both are gone:
 * one at a time on all machines that share the folder.
 */
#pragma once

#include "app/base/err.h"
#include "app/index/git_wire.h"
#include "app/server/app.h"

struct git_client;

struct git_answer {
	uint64_t commits, packs, ndiffer;
	struct text head, snapshot; /* absent: none */
	struct texts differ;        /* paths: at most GIT_WIRE_DIFFER_MAX of them */
};

/*
 * Ends with a (or git_client_free). ERR_BUSY: another run has the lock for as long as wait_ms, or the helper cannot be
 * started.
 */
const struct err *must_use git_client_new(const struct app *app, struct arena *a, uint64_t wait_ms,
					  struct git_client **ret);

/* Called every few seconds while the helper lets us wait, which may be minutes. */
void git_client_while_waiting(struct git_client *g, void (*fn)(void *ctx), void *ctx);

/*
 * ERR_INVALID for what is no record: then nothing was said, and the run goes on. After any other error it is over: ERR_BUSY
 * where the helper does not take it, or was killed; else ERR_INTERNAL with the helper's words.
 */
const struct err *must_use git_client_say(struct git_client *g, const struct git_record *r);

/* After an error: whether it was the helper's, so that nothing more can be said. */
bool git_client_is_over(const struct git_client *g);

/*
 * Says GIT_OP_END and reads the answer; the run is over either way, and the lock free. Nothing was done unless this is NULL:
 * ERR_BUSY, ERR_INTERNAL with the helper's words. ret is arena.
 */
const struct err *must_use git_client_end(struct git_client *g, struct git_answer *ret);

/* Ends the run without doing it; after git_client_end nothing. */
void git_client_free(struct git_client *g);
