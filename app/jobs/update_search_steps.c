/*
 * update_search_steps: popularity is in the score of what search finds, in steps of log2 (db/search.h). Once a day, the crates
 * whose step is another by now are written anew; few are.
 */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/jobs/kinds.h"
#include "app/registry/search_terms.h"
#include "app/server/app.h"
#include "db/search.h"

static const struct err *write_anew(struct job_run *r, struct arena *of_crate, struct text canon)
{
	struct db *db = r->app->db;
	const struct err *e;

	arena_reset(of_crate);
	db_use_arena(db, of_crate);
	e = err_move(r->arena, db_search_rebuild(db, canon));
	db_use_arena(db, r->arena);
	return e;
}

static void put_arena(void *p)
{
	arena_free(p);
}

const struct err *job_update_search_steps_run(struct job_run *r)
{
	struct arena *of_crate = arena_new(0);
	const struct err *e = NULL;
	struct search_popularity *v;
	uint64_t after = 0;
	bool ours = true;
	size_t n = SEARCH_POPULARITY_MAX;

	arena_defer(r->arena, put_arena, of_crate);
	while (!e && ours && n == SEARCH_POPULARITY_MAX) {
		e = db_search_popularity(r->app->db, after, &v, &n);
		for (size_t i = 0; !e && i < n; i++) {
			after = v[i].crate_id;
			if (search_popularity_step(v[i].recent_downloads.v) != v[i].step)
				e = write_anew(r, of_crate, v[i].canon_name);
		}
		if (!e)
			e = db_job_extend(r->app->db, r->job, (int64_t)r->app->cfg->jobs.lease_s,
					  &ours);
	}
	return e;
}
