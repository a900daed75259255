/* settle: what a transaction left to be made visible; usually the worker that committed it has done so already. */
#include "app/index/settle.h"
#include "app/jobs/kinds.h"

const struct err *job_settle_run(struct job_run *r)
{
	struct text canon;
	const struct err *e = job_text(r, "name", &canon);

	return e ? e : settle_alone(r->app, r->arena, canon);
}
