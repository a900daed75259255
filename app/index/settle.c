#include "app/index/settle.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/fault.h"
#include "app/index/sparse.h"
#include "app/storage/storage.h"
#include "db/index.h"
#include "db/job.h"

enum {
	LOCK_WAIT_MS = 2000,
	/* Each further round means that somebody committed in between; he settles too, and so does
	   the job. */
	ROUNDS_MAX = 20,
};

static const struct err *write_in(const struct app *app, struct arena *a,
				  const struct db_index_state *state)
{
	struct sparse s;
	const struct err *e = sparse_read(app->db, state, app->cfg->registry.pubtime, &s);

	if (e)
		return e;
	FAULT_POINT(a, SETTLE_AFTER_READ);
	if (s.nlinks) {
		/* ERR_NOT_FOUND: versions of an imported dump have no bytes here; fsck tells. */
		e = storage_link_crates(app->storage, a, s.name, s.links, s.nlinks, NULL);
		if (e && !err_is(e, ERR_NOT_FOUND))
			return e;
	}
	FAULT_POINT(a, SETTLE_AFTER_LINK);
	return storage_put_index(app->storage, a, s.path, s.bytes, state->index_stamp);
}

/* How much the rows of a crate are is not bounded by what a request may take: they have memory of their own. */
static const struct err *write_once(const struct app *app, struct arena *a,
				    const struct db_index_state *state)
{
	struct arena *before = db_arena(app->db), *step = arena_new(0);
	const struct err *e;

	db_use_arena(app->db, step);
	e = err_move(a, write_in(app, step, state));
	db_use_arena(app->db, before);
	arena_free(step);
	return e;
}

static const struct err *write_until_newest(const struct app *app, struct arena *a,
					    struct text canon)
{
	struct db_index_state before, after;
	const struct err *e;
	bool found;

	e = db_index_state(app->db, canon, &before, &found);
	for (int round = 0; !e && found && round < ROUNDS_MAX; round++) {
		e = write_once(app, a, &before);
		if (e)
			return e;
		FAULT_POINT(a, SETTLE_AFTER_RENAME);
		/* A fresh read on the primary, after the rename: this is what makes the file right,
		 * not the lock. */
		e = db_index_state(app->db, canon, &after, &found);
		if (!e && found && after.index_gen == before.index_gen)
			return NULL;
		before = after;
	}
	if (!e && found)
		e = err_because(a, ERR_BUSY, TEXT("settle: the crate changes all the time"),
				"Service unavailable");
	return e;
}

/* One of 256 locks: a file a crate would never be removed. */
static struct text lock_name(struct arena *a, struct text canon)
{
	return text_fmt(a, "settle-%02x", sha256_of(canon).b[0]);
}

/* Without the lock the work may be done twice, and is right all the same. */
static const struct err *settle(const struct app *app, struct arena *a, struct text canon,
				bool *ret_alone)
{
	const struct err *e;
	int lock = -1;

	FAULT_POINT(a, SETTLE_BEGUN);
	if (storage_lock(app->storage, a, lock_name(a, canon), LOCK_WAIT_MS, &lock))
		lock = -1;
	*ret_alone = lock >= 0;
	e = write_until_newest(app, a, canon);
	storage_unlock(lock);
	return e;
}

const struct err *settle_crate(const struct app *app, struct arena *a, struct text canon)
{
	bool alone;

	return settle(app, a, canon, &alone);
}

const struct err *settle_alone(const struct app *app, struct arena *a, struct text canon)
{
	bool alone;
	const struct err *e = settle(app, a, canon, &alone);

	if (e || alone)
		return e;
	return err_because(a, ERR_BUSY, TEXT("settle: another process is at it still"),
			   "Service unavailable");
}

const struct err *settle_and_finish(const struct app *app, struct arena *a, struct text canon,
				    uint64_t job_id)
{
	const struct err *e = settle_alone(app, a, canon);

	if (e)
		return e;
	FAULT_POINT(a, SETTLE_BEFORE_JOB_DELETE);
	e = db_job_delete(app->db, job_id);
	if (e)
		return e;
	FAULT_POINT(a, SETTLE_AFTER_JOB_DELETE);
	return NULL;
}
