/* Whether what is served of a crate is what the database says: for fsck, and for a rebuild that leaves alone what is right. */
#pragma once

#include "app/base/err.h"
#include "app/server/app.h"
#include "db/index.h"

/* Called for each thing that is wrong; what is a sentence without a full stop (arena of db). */
struct verify_sink {
	void (*wrong)(void *ctx, struct text what);
	void *ctx;
};

struct verify {
	bool settle_mends; /* settle_crate puts right what was found */
	size_t nlost;      /* blobs that are missing or wrong: settle cannot make them */
	struct storage_link *lost;
	size_t nwithout;  /* versions of a dump, whose bytes have not come: no fault */
	struct text name; /* of the crate; absent where it is deleted */
};

/*
 * Compares blobs (there, and as long as they should be; their hash too if hash_blobs), public links, and the index
 * file with its time. Rows are read in db_arena(app->db). sink may be NULL.
 */
const struct err *must_use verify_crate(const struct app *app, const struct db_index_state *state,
					bool hash_blobs, const struct verify_sink *sink,
					struct verify *ret);

/*
 * fn for the canonical name of each crate that is or was, in their order. step becomes db_arena(app->db) and is reset
 * before each call; afterwards the arena from before is back. An error of fn ends it and is returned (in step).
 */
const struct err *must_use verify_each(const struct app *app, struct arena *step,
				       const struct err *(*fn)(void *ctx, struct text canon),
				       void *ctx);
