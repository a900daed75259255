/* delete_crate_from_storage: what was served of a crate that is gone. Its bytes stay in DATA/blobs until they are swept. */
#include "app/index/publish.h"
#include "app/jobs/kinds.h"
#include "db/crate_view.h"

const struct err *job_delete_files_run(struct job_run *r)
{
	struct crate_view crate;
	struct text name;
	const struct err *e = job_text(r, "name", &name);

	if (e)
		return e;
	e = db_crate_view(r->app->db, name, &crate);
	if (!err_is(e, ERR_NOT_FOUND))
		return e; /* NULL: it was published again meanwhile, and settle has linked its files */
	return delete_files(r->app, r->arena, name);
}
