/* mirror_advisories: the RustSec advisory database, as an archive from where advisories.url says (contract/web.md 15.4). */
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/jobs/advisories.h"
#include "app/jobs/mirror.h"
#include "app/server/app.h"

enum {
	MAX_BYTES = 32 * 1024 * 1024, /* RustSec's has 600 KB */
	TOTAL_S = 120,
	READER = 1, /* one more whenever more or other things are read of an advisory */
	COMPLAINTS_MAX = 20,
};

static void complain(struct job_run *r, const struct advisories_taken *taken)
{
	for (size_t i = 0; i < taken->complaints.n && i < COMPLAINTS_MAX; i++)
		log_err(LOG_LEVEL_WARN, "advisory is not read",
			err_new(r->arena, ERR_INVALID, "%.*s", TEXT_F(taken->complaints.v[i])));
}

const struct err *job_mirror_advisories_run(struct job_run *r)
{
	const struct mirror m = { .name = advisories_mirror(r->arena, ADVISORIES_RUSTSEC),
				  .url = r->app->cfg->advisories.url,
				  .max_bytes = MAX_BYTES,
				  .total_s = TOTAL_S,
				  .reader = READER };
	struct mirror_got got;
	struct advisories_taken taken;
	struct advisories_take take = { .source = ADVISORIES_RUSTSEC, .careful = true };
	const struct err *e;

	if (!m.url.n)
		return NULL;
	e = mirror_fetch(r, &m, &got);
	if (e || got.unchanged)
		return e;
	take.bytes = got.body;
	take.mirror = &got.row;
	e = advisories_take(r->app, r->arena, &take, &taken);
	if (!e)
		complain(r, &taken);
	return e;
}
