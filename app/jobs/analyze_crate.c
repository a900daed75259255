/* analyze_crate_file: lines of code of a version, counted in its published bytes (contract/jobs.md 13). */
#include "app/base/arena.h"
#include "app/base/log.h"
#include "app/inspect/client.h"
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/rendering.h"

const struct err *job_analyze_crate_run(struct job_run *r)
{
	struct inspect_lines_in in = { 0 };
	struct published_bytes v;
	struct text json;
	const struct err *e;
	uint64_t version_id;

	e = job_u64(r, "version_id", &version_id);
	if (!e)
		e = db_published_bytes(r->app->db, version_id, &v);
	if (!e)
		e = storage_open_blob(r->app->storage, r->arena, &v.tar_sha256, &in.fd);
	if (e)
		return e;
	arena_defer_close(r->arena, in.fd);
	in.name = v.crate;
	in.version = v.num;
	e = inspect_lines(r->app->inspect, r->arena, &in, &json);
	if (err_is(e, ERR_INVALID)) {
		/* A verdict on these bytes, or they killed it: the same each time (design.md 2). */
		log_err(LOG_LEVEL_WARN, "lines are not counted", e);
		return NULL;
	}
	return e ? e : db_linecounts_put(r->app->db, version_id, json);
}
