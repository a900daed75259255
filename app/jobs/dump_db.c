/*
 * dump_db: the public tables as files (contract/jobs.md 8), DATA/public/db-dump.tar.gz and db-dump.zip.
 *
 * The rows are read on a connection of its own, in one snapshot that ends when all are in files without names; then the archives
 * are packed, and each takes the place of the last one when it is whole and synced. So whatever happens, what is served is a
 * whole dump, and a job that was killed leaves nothing but a file in DATA/tmp that the next one removes.
 */
#include "app/jobs/dump.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/fault.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/jobs/pack.h"
#include "app/server/app.h"
#include "app/storage/storage.h"

#include <errno.h>
#include <unistd.h>

#define KIND "dump"

enum {
	PIECE_BYTES = 256 * 1024,
	LOOK_BYTES = 16 * 1024 * 1024, /* between two looks at the disk */
	KEEP_PART = 20,                /* so much of the disk is not ours, */
	KEEP_MAX_MB = 1024,            /* but no more than this */
	LEASE_PARTS = 4,
};

static const struct archive {
	const char *name;
	enum pack_format format;
	bool folder; /* all is below one that is named after the moment */
} archives[] = {
	{ "db-dump.tar.gz", PACK_TAR_GZ, true },
	{ "db-dump.zip", PACK_ZIP, false },
};

/* ---- while it runs */

static const struct err *keep_lease(struct dumping *d)
{
	int64_t lease_s = (int64_t)d->r->app->cfg->jobs.lease_s, now = time_monotonic_us();
	const struct err *e;
	bool ours;

	if (now < d->lease_us)
		return NULL;
	d->lease_us = now + lease_s * US_PER_S / LEASE_PARTS;
	e = db_job_extend(d->r->app->db, d->r->job, lease_s, &ours);
	if (!e && !ours)
		e = err_new(d->r->arena, ERR_BUSY, "another runner has this job");
	return e;
}

/* need: beside what has to stay free. */
static const struct err *look_for_room(struct dumping *d, uint64_t need)
{
	uint64_t room, all, keep;
	const struct err *e = storage_room(d->r->app->storage, d->r->arena, &room, &all);

	keep = all / KEEP_PART;
	if (keep > (uint64_t)KEEP_MAX_MB << 20)
		keep = (uint64_t)KEEP_MAX_MB << 20;
	if (!e && (room < keep || room - keep < need))
		e = err_errno(d->r->arena, ENOSPC, "no room for a dump");
	return e;
}

const struct err *dump_goes_on(struct dumping *d, size_t n)
{
	const struct err *e = keep_lease(d);

	d->written += n;
	if (e || d->written < LOOK_BYTES)
		return e;
	d->written = 0;
	return look_for_room(d, 0);
}

/* ---- files of the archives */

static struct dump_entry *next_entry(struct dumping *d, const char *path)
{
	BUG_ON(d->n == DUMP_FILES_MAX);
	d->v[d->n] = (struct dump_entry){ .path = path, .fd = -1 };
	return &d->v[d->n++];
}

const struct err *dump_add(struct dumping *d, const char *path, struct dump_entry **ret)
{
	struct dump_entry *f = next_entry(d, path);
	const struct err *e = storage_tmp(d->r->app->storage, d->r->arena, &f->fd);

	if (!e)
		arena_defer_close(d->r->arena, f->fd);
	*ret = f;
	return e;
}

void dump_add_text(struct dumping *d, const char *path, struct text t)
{
	struct dump_entry *f = next_entry(d, path);

	f->text = t;
	f->bytes = t.n;
}

/* ---- archives */

static const struct err *pack_descriptor(struct dumping *d, struct pack *p,
					 const struct dump_entry *f, char *piece)
{
	const struct err *e = NULL;
	uint64_t at = 0;

	while (!e && at < f->bytes) {
		ssize_t n = pread(f->fd, piece, PIECE_BYTES, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_errno(d->r->arena, n ? errno : EIO, "read %s", f->path);
		e = pack_bytes(p, (struct text){ piece, (size_t)n });
		if (!e)
			e = dump_goes_on(d, (size_t)n);
		at += (uint64_t)n;
	}
	return e;
}

static const struct err *pack_all(struct dumping *d, const struct archive *what, struct pack *p)
{
	struct arena *a = d->r->arena;
	char *piece = arena_bytes(a, PIECE_BYTES);
	struct time_text t = time_rfc3339_s(d->begun_us);
	const struct err *e = NULL;

	/* 2026-11-28T11:20:30Z: the folder is 2026-11-28-112030 */
	for (size_t i = 0; !e && i < d->n; i++) {
		const struct dump_entry *f = &d->v[i];
		struct pack_file file = { f->path, f->bytes, d->begun_us / US_PER_S };

		if (what->folder)
			file.path = text_fmt(a, "%.10s-%.2s%.2s%.2s/%s", t.s, t.s + 11, t.s + 14,
					     t.s + 17, f->path)
					    .p;
		e = pack_file(p, &file);
		if (!e)
			e = f->fd < 0 ? pack_bytes(p, f->text) : pack_descriptor(d, p, f, piece);
		if (!e && i == d->n / 2)
			FAULT_POINT(a, DUMP_IN_ARCHIVE);
	}
	if (!e)
		e = pack_end(p);
	if (!e)
		FAULT_POINT(a, DUMP_ARCHIVE_WRITTEN);
	return e;
}

static const struct err *put_archive(struct dumping *d, const struct archive *what)
{
	struct arena *a = d->r->arena;
	struct storage *s = d->r->app->storage;
	struct storage_new file;
	struct pack *p;
	const struct err *e = look_for_room(d, 0);

	if (!e)
		e = storage_public_begin(s, a, KIND, &file);
	if (e)
		return e;
	e = pack_new(a, what->format, file.fd, &p);
	if (!e)
		e = pack_all(d, what, p);
	d->lease_us = 0; /* at this moment it must be ours */
	if (!e)
		e = keep_lease(d);
	if (e)
		storage_public_drop(s, &file);
	else
		e = storage_public_done(s, a, &file, text_from(what->name));
	if (!e)
		FAULT_POINT(a, DUMP_ARCHIVE_PUBLIC);
	return e;
}

/* ---- the job */

/* As much as the archives that are there take at least; what it will be nobody knows before. */
static uint64_t least_room(const struct dumping *d)
{
	uint64_t sum = 0, bytes;
	int64_t time_s;

	for (size_t i = 0; i < ARRAY_SIZE(archives); i++)
		if (storage_public_is(d->r->app->storage, text_from(archives[i].name), &bytes,
				      &time_s))
			sum += bytes;
	return sum;
}

static const struct err *make(struct dumping *d)
{
	struct arena *a = d->r->arena;
	const struct err *e = storage_public_sweep(d->r->app->storage, a, KIND);

	if (!e)
		e = look_for_room(d, least_room(d));
	if (e)
		return e;
	FAULT_POINT(a, DUMP_BEGUN);
	dump_texts(d);
	e = dump_rows(d);
	if (e)
		return e;
	FAULT_POINT(a, DUMP_READ);
	for (size_t i = 0; !e && i < ARRAY_SIZE(archives); i++)
		e = put_archive(d, &archives[i]);
	if (e)
		return e;
	FAULT_POINT(a, DUMP_DONE);
	return NULL;
}

const struct err *job_dump_db_run(struct job_run *r)
{
	struct dumping d = { .r = r, .begun_us = time_now_us() };
	int64_t from = time_monotonic_us();
	const struct err *e;
	int lock;

	e = storage_lock(r->app->storage, r->arena, TEXT("dump-db"), 0, &lock);
	if (e)
		return e;
	e = make(&d);
	storage_unlock(lock);
	if (!e)
		log_info(log_z("msg", "a database dump was made"), log_u64("rows", d.rows),
			 log_u64("bytes", least_room(&d)),
			 log_i64("ms", (time_monotonic_us() - from) / US_PER_MS));
	return e;
}
