/* delete_crate_from_storage: what was served of a crate that is gone. Its bytes stay in DATA/blobs until they are swept. */
#include "app/index/settle.h"
#include "app/jobs/kinds.h"
#include "app/storage/storage.h"
#include "db/crate_view.h"

struct removal {
	const struct job_run *run;
	struct text name;
};

static const struct err *remove_one(void *ctx, const struct storage_entry *entry)
{
	const struct removal *d = ctx;

	if (!entry->version.p || !text_eq(entry->name, d->name))
		return NULL;
	return storage_unlink_crate(d->run->app->storage, d->run->arena, entry->name,
				    entry->version);
}

const struct err *job_delete_files_run(struct job_run *r)
{
	struct removal d = { r, TEXT_NONE };
	struct crate_view crate;
	const struct err *e = job_text(r, "name", &d.name);

	if (e)
		return e;
	e = db_crate_view(r->app->db, d.name, &crate);
	if (!err_is(e, ERR_NOT_FOUND))
		return e; /* NULL: it was published again meanwhile, and settle has linked its files */
	return storage_each_crate(r->app->storage, r->arena, remove_one, &d);
}
