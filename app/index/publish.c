#include "app/index/publish.h"

#include "app/base/arena.h"
#include "app/base/fault.h"
#include "app/base/log.h"
#include "app/index/settle.h"
#include "app/storage/storage.h"

/*
 * After the commit nothing may turn the answer into a failure: what is committed will be visible, by this run or by the
 * job, and a client that was told otherwise would publish again and be refused.
 */
static void settle_now(const struct app *app, struct arena *a, struct text canon, uint64_t job_id)
{
	const struct err *e = settle_and_finish(app, a, canon, job_id);

	if (e)
		log_err(LOG_LEVEL_WARN, "settle is left to the job", e);
}

static const struct err *put_blob(const struct app *app, struct arena *a, int fd,
				  const struct sha256 *sha, struct storage_blob_put *ret)
{
	const struct err *e;

	FAULT_POINT(a, PUBLISH_BEFORE_BLOB);
	e = storage_put_blob(app->storage, a, fd, sha, ret);
	if (e)
		return e;
	FAULT_POINT(a, PUBLISH_AFTER_BLOB);
	return NULL;
}

const struct err *publish_rows(const struct app *app, struct arena *a, int fd,
			       const struct publish_in *in, struct publish_out *ret)
{
	struct storage_blob_put put;
	const struct err *e = put_blob(app, a, fd, &in->sha, &put), *left;

	if (e)
		return e;
	e = db_publish(app->db, in, ret);
	if (e && !err_is(e, ERR_BUSY) && !err_is(e, ERR_INTERNAL)) {
		/* refused for certain: not even the bytes stay (where this fails, fsck sweeps them) */
		left = storage_take_back_blob(app->storage, a, &in->sha, &put);
		if (left)
			log_err(LOG_LEVEL_WARN, "the bytes of a refused publish are left", left);
	}
	if (e)
		return e;
	FAULT_POINT(a, PUBLISH_AFTER_COMMIT);
	return NULL;
}

const struct err *publish_commit(const struct app *app, struct arena *a, int fd,
				 const struct publish_in *in, struct publish_out *ret)
{
	const struct err *e = publish_rows(app, a, fd, in, ret);

	if (e)
		return e;
	settle_now(app, a, ret->canon, ret->settle_job_id);
	return NULL;
}

const struct err *yank_commit(const struct app *app, struct arena *a, const struct yank_in *in,
			      struct yank_out *ret)
{
	const struct err *e = db_yank(app->db, in, ret);

	if (e || !ret->changed)
		return e;
	FAULT_POINT(a, YANK_AFTER_COMMIT);
	settle_now(app, a, ret->canon, ret->settle_job_id);
	return NULL;
}

struct removal {
	const struct app *app;
	struct arena *a;
};

static const struct err *remove_file(void *ctx, const struct storage_entry *entry)
{
	const struct removal *r = ctx;

	if (!entry->version.p)
		return NULL;
	return storage_unlink_crate(r->app->storage, r->a, entry->name, entry->version);
}

static const struct err *remove_files(const struct app *app, struct arena *a,
				      const struct delete_out *out)
{
	struct removal r = { app, a };
	const struct err *e;

	if (!out->num.p)
		return storage_each_file_of_crate(app->storage, a, out->name, remove_file, &r);
	e = storage_unlink_crate(app->storage, a, out->name, out->num);
	if (e)
		return e;
	return storage_unlink_public(app->storage, a,
				     text_fmt(a, "readmes/%.*s/%.*s-%.*s.html", TEXT_F(out->name),
					      TEXT_F(out->name), TEXT_F(out->num)));
}

const struct err *delete_commit(const struct app *app, struct arena *a, const struct delete_in *in,
				struct delete_out *ret)
{
	const struct err *e = db_delete(app->db, in, ret), *left;

	if (e)
		return e;
	settle_now(app, a, ret->canon, ret->settle_job_id);
	left = remove_files(app, a, ret);
	/* Whoever published the same again meanwhile has his files back. */
	if (!left)
		left = settle_crate(app, a, ret->canon);
	if (left)
		log_err(LOG_LEVEL_WARN, "files of what was deleted are left", left);
	return NULL;
}
