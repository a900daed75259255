/* delete_crate_from_storage: what was served of a crate that is gone. Its bytes stay in DATA/blobs until they are swept. */
#include "app/index/settle.h"
#include "app/jobs/kinds.h"
#include "app/registry/name.h"
#include "app/storage/storage.h"
#include "db/crate_view.h"

static const struct err *remove_one(void *ctx, const struct storage_entry *entry)
{
	const struct job_run *r = ctx;

	if (!entry->version.p)
		return NULL;
	return storage_unlink_crate(r->app->storage, r->arena, entry->name, entry->version);
}

const struct err *job_delete_files_run(struct job_run *r)
{
	struct text name;
	struct crate_view crate;
	const struct err *e = job_text(r, "name", &name);

	if (e)
		return e;
	e = db_crate_view(r->app->db, name, &crate);
	if (!err_is(e, ERR_NOT_FOUND))
		return e; /* NULL: it was published again meanwhile, and settle has linked its files */
	e = storage_each_file_of_crate(r->app->storage, r->arena, name, remove_one, r);
	/* Whoever publishes it anew in this moment has his files back. */
	return e ? e : settle_crate(r->app, r->arena, canon_name(r->arena, name));
}
