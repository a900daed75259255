/* sum_dependencies: what publishes and deletes noted goes into the counters of dependencies (db/dependency_count.h). */
#include "app/base/arena.h"
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "db/dependency_count.h"

enum { STEPS = 2000 }; /* what is left then is for the next run */

const struct err *job_sum_dependencies_run(struct job_run *r)
{
	struct arena *of_step = arena_new(0);
	struct db *db = r->app->db;
	const struct err *e = NULL;
	size_t n = 1;

	for (int i = 0; !e && n && i < STEPS; i++) {
		arena_reset(of_step);
		db_use_arena(db, of_step);
		e = err_move(r->arena, db_dependency_counts_sum(db, &n));
		db_use_arena(db, r->arena);
	}
	arena_free(of_step);
	return e;
}
