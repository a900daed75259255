/*
 * update_downloads: what was counted goes into the sums that pages and lists show (contract/jobs.md 7.3). Crates in the order
 * of their ids, some in each transaction; a run that is cut short is no loss, the next one finds what is left.
 */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/time.h"
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "db/download_sum.h"

#include <stdlib.h>
#include <string.h>

enum { RUN_S = 45 * 60 };

struct update {
	struct job_run *r;
	struct arena *of_step;
	int64_t now_us;            /* the same for all: midnight may pass */
	int64_t end_us, extend_us; /* monotonic */
	bool over;                 /* the time is, or the lease is another's */
};

/* Says that it is still at it, in good time before the lease ends. */
static const struct err *go_on(struct update *u)
{
	int64_t now = time_monotonic_us(), lease = (int64_t)u->r->app->cfg->jobs.lease_s;
	const struct err *e = NULL;
	bool ours = true;

	if (now >= u->extend_us) {
		u->extend_us = now + lease * US_PER_S / 3;
		e = db_job_extend(u->r->app->db, u->r->job, lease, &ours);
	}
	u->over = now >= u->end_us || !ours;
	return e;
}

static const struct err *sum_all(struct update *u, const uint64_t *ids, size_t n)
{
	struct db *db = u->r->app->db;
	const struct err *e = NULL;
	size_t some;

	for (size_t at = 0; !e && !u->over && at < n; at += some) {
		some = n - at < DOWNLOAD_SUM_CRATES ? n - at : DOWNLOAD_SUM_CRATES;
		arena_reset(u->of_step);
		db_use_arena(db, u->of_step);
		e = err_move(u->r->arena, db_downloads_sum(db, ids + at, some, u->now_us));
		db_use_arena(db, u->r->arena);
		if (!e)
			e = go_on(u);
	}
	return e;
}

typedef const struct err *list_fn(struct update *u, uint64_t after, uint64_t **ret, size_t *ret_n);

static const struct err *waiting(struct update *u, uint64_t after, uint64_t **ret, size_t *ret_n)
{
	return db_downloads_waiting(u->r->app->db, after, ret, ret_n);
}

static const struct err *grown_old(struct update *u, uint64_t after, uint64_t **ret, size_t *ret_n)
{
	return db_downloads_grown_old(u->r->app->db, u->now_us, after, ret, ret_n);
}

static const struct err *sum_listed(struct update *u, list_fn *list)
{
	const struct err *e = NULL;
	uint64_t after = 0, *ids;
	size_t n = DOWNLOAD_SUM_LIST_MAX;

	while (!e && !u->over && n == DOWNLOAD_SUM_LIST_MAX) {
		e = list(u, after, &ids, &n);
		if (!e && n) {
			after = ids[n - 1];
			e = sum_all(u, ids, n);
		}
	}
	return e;
}

static void put_arena(void *p)
{
	arena_free(p);
}

const struct err *job_update_downloads_run(struct job_run *r)
{
	struct update u = { .r = r, .of_step = arena_new(0), .now_us = time_now_us() };
	const struct err *e;

	arena_defer(r->arena, put_arena, u.of_step);
	u.end_us = time_monotonic_us() + (int64_t)RUN_S * US_PER_S;
	e = sum_listed(&u, waiting);
	if (!e && !u.over)
		e = sum_listed(&u, grown_old);
	if (!e && !u.over)
		e = db_downloads_are_recent(r->app->db, u.now_us);
	return e;
}
