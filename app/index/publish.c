#include "app/index/publish.h"

#include "app/base/arena.h"
#include "app/base/fault.h"
#include "app/base/log.h"
#include "app/index/settle.h"
#include "app/registry/name.h"
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

const struct err *delete_files(const struct app *app, struct arena *a, struct text name)
{
	static const char *const folders[] = { "crates", "readmes" };
	const struct err *e = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(folders) && !e; i++)
		e = storage_drop_public(app->storage, a,
					text_fmt(a, "%s/%.*s", folders[i], TEXT_F(name)));
	if (!e)
		e = storage_unlink_public(app->storage, a,
					  text_fmt(a, "rss/crates/%.*s.xml", TEXT_F(name)));
	return e ? e : settle_crate(app, a, canon_name(a, name));
}

static const struct err *delete_files_of_version(const struct app *app, struct arena *a,
						 const struct delete_out *out)
{
	const struct err *e = storage_unlink_crate(app->storage, a, out->name, out->num);

	if (!e)
		e = storage_unlink_public(app->storage, a,
					  text_fmt(a, "readmes/%.*s/%.*s-%.*s.html",
						   TEXT_F(out->name), TEXT_F(out->name),
						   TEXT_F(out->num)));
	return e ? e : settle_crate(app, a, out->canon);
}

const struct err *delete_commit(const struct app *app, struct arena *a, const struct delete_in *in,
				struct delete_out *ret)
{
	const struct err *e = db_delete(app->db, in, ret), *left;

	if (e)
		return e;
	FAULT_POINT(a, DELETE_AFTER_COMMIT);
	settle_now(app, a, ret->canon, ret->settle_job_id);
	left = ret->num.p ? delete_files_of_version(app, a, ret) : delete_files(app, a, ret->name);
	if (left)
		log_err(LOG_LEVEL_WARN, "files of what was deleted are left", left);
	return NULL;
}
