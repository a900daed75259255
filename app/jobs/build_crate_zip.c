/*
 * build_crate_zip: the files of a version as a .zip whose members can be fetched one by one, and a list of where each of them is
 * (contract/jobs.md 14). The archive is taken apart in the sandbox, which gets the file to write and nothing else.
 *
 * The hashes are stored first, then the files take their places: a version that was deleted before is noticed by the row that
 * is gone, one that was deleted after it by looking once more. A job that was killed does all of it again, with the same bytes.
 */
#include "app/base/arena.h"
#include "app/base/fault.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/inspect/client.h"
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/zip.h"

#include <errno.h>
#include <unistd.h>

#define KIND "zip"

enum { PIECE_BYTES = 64 * 1024 };

static const struct err *hash_of(struct arena *a, int fd, struct sha256 *ret)
{
	struct sha256_ctx *h = sha256_new();
	char *piece = arena_bytes(a, PIECE_BYTES);
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, piece, PIECE_BYTES, at)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		sha256_add(h, (struct text){ piece, (size_t)n });
		at += n;
	}
	*ret = sha256_end(h);
	return n < 0 ? err_errno(a, errno, "read a zip") : NULL;
}

/* Deleted while its files took their places: they go. One that was published under that name since has its own made again. */
static const struct err *undo(struct job_run *r, const struct zip_version *v)
{
	struct zip_version now;
	const struct err *e = storage_unlink_zip(r->app->storage, r->arena, v->crate, v->num);
	bool found;

	if (!e)
		e = db_zip_find(r->app->db, v->crate, v->num, &now, &found);
	if (e || !found)
		return e;
	return db_job_add(r->app->db, &job_build_crate_zip,
			  text_fmt(r->arena, "{\"version_id\":%llu}", (unsigned long long)now.id),
			  NULL);
}

static const struct err *put_list(struct job_run *r, const struct zip_version *v, struct text json)
{
	struct storage_new f;
	const struct err *e = storage_public_begin(r->app->storage, r->arena, KIND, &f);

	if (e)
		return e;
	e = storage_write_all(r->arena, f.fd, json);
	if (e) {
		storage_public_drop(r->app->storage, &f);
		return e;
	}
	return storage_beside_crate(r->app->storage, r->arena, &f, v->crate, v->num,
				    STORAGE_ZIP_LIST);
}

/* Takes zip. */
static const struct err *publish(struct job_run *r, const struct zip_version *v,
				 struct storage_new *zip, struct text json)
{
	struct sha256 sha, list = sha256_of(json);
	struct zip_version again;
	const struct err *e = hash_of(r->arena, zip->fd, &sha);

	if (!e)
		e = fault_at(r->arena, FAULT_ZIP_WRITTEN);
	if (!e)
		e = db_zip_put(r->app->db, v->id, &sha, &list);
	if (!e)
		e = fault_at(r->arena, FAULT_ZIP_AFTER_COMMIT);
	if (e) {
		storage_public_drop(r->app->storage, zip);
		return e;
	}
	e = storage_beside_crate(r->app->storage, r->arena, zip, v->crate, v->num, STORAGE_ZIP);
	if (e)
		return e;
	FAULT_POINT(r->arena, ZIP_HALF_PUBLIC);
	e = put_list(r, v, json);
	if (e)
		return e;
	FAULT_POINT(r->arena, ZIP_PUBLIC);
	e = db_zip_version(r->app->db, v->id, &again);
	return err_is(e, ERR_NOT_FOUND) ? undo(r, v) : e;
}

const struct err *job_build_crate_zip_run(struct job_run *r)
{
	struct inspect_lines_in in = { 0 };
	struct storage_new zip;
	struct zip_version v;
	struct text json;
	uint64_t version_id;
	const struct err *e = job_u64(r, "version_id", &version_id);

	if (!e)
		e = db_zip_version(r->app->db, version_id, &v);
	if (!e)
		e = storage_open_blob(r->app->storage, r->arena, &v.tar_sha256, &in.fd);
	if (e)
		return e;
	arena_defer_close(r->arena, in.fd);
	e = storage_public_begin(r->app->storage, r->arena, KIND, &zip);
	if (e)
		return e;
	in.name = v.crate;
	in.version = v.num;
	e = inspect_zip(r->app->inspect, r->arena, &in, v.created_us / US_PER_S, zip.fd, &json);
	if (!e)
		return publish(r, &v, &zip, json);
	storage_public_drop(r->app->storage, &zip);
	if (!err_is(e, ERR_INVALID))
		return e;
	/* A verdict on these bytes, or they killed it: the same each time (design.md 2). */
	log_err(LOG_LEVEL_WARN, "no zip is made", e);
	return NULL;
}
