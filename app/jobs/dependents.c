/* update_dependents: how many crates depend on one, counted anew: it is a counter of another crate (design.md 5). */
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "db/dependency_view.h"

const struct err *job_dependents_run(struct job_run *r)
{
	uint64_t crate_id;
	const struct err *e = job_u64(r, "crate_id", &crate_id);

	return e ? e : db_dependents_recount(r->app->db, crate_id);
}
