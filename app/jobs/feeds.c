/* sync_crates_feed, sync_updates_feed, sync_crate_feed (contract/jobs.md 11) */
#include "app/jobs/feeds.h"

#include "app/base/time.h"
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/crate.h"
#include "templates/feed.h"

static struct text file_of(struct arena *a, const struct feed *f)
{
	return text_fmt(a, "rss/%.*s", TEXT_F(feed_path(a, f->kind, f->name)));
}

/* An unchanged file keeps its time, and so its readers their 304. */
static const struct err *put(const struct app *app, struct arena *a, const struct feed *f)
{
	struct buf b = buf_init(a, FEED_MAX_BYTES);
	struct text xml, old;
	const struct err *e;

	feed_rss(&b, app->cfg, f);
	e = buf_done(&b, &xml);
	if (!e)
		e = storage_get_public(app->storage, a, file_of(a, f), &old);
	if (e || text_eq(old, xml))
		return e;
	return storage_put_public(app->storage, a, file_of(a, f), xml);
}

const struct err *feeds_write_crates(const struct app *app, struct arena *a)
{
	struct feed f = { .kind = FEED_CRATES };
	const struct err *e = db_feed_crates(app->db, time_now_us(), &f.items);

	return e ? e : put(app, a, &f);
}

const struct err *feeds_write_updates(const struct app *app, struct arena *a)
{
	struct feed f = { .kind = FEED_UPDATES };
	const struct err *e = db_feed_updates(app->db, time_now_us(), &f.items);

	return e ? e : put(app, a, &f);
}

/* Asked again after the file was written: one who deletes the crate meanwhile removes the file either before or after. */
static const struct err *put_of_crate(const struct app *app, struct arena *a, struct feed *f,
				      uint64_t crate_id, bool *ret_there)
{
	struct crate_row crate;
	const struct err *e = db_feed_versions(app->db, crate_id, time_now_us(), &f->items);

	if (!e)
		e = put(app, a, f);
	return e ? e : db_crate_find(app->db, f->name, &crate, ret_there);
}

const struct err *feeds_write_crate(const struct app *app, struct arena *a, struct text name)
{
	struct feed f = { .kind = FEED_CRATE, .name = name };
	struct crate_row crate;
	bool there;
	const struct err *e = db_crate_find(app->db, name, &crate, &there);

	if (!e && there && text_eq(crate.name, name))
		e = put_of_crate(app, a, &f, crate.id, &there);
	else
		there = false;
	return e || there ? e : storage_unlink_public(app->storage, a, file_of(a, &f));
}

const struct err *job_sync_crates_feed_run(struct job_run *r)
{
	return feeds_write_crates(r->app, r->arena);
}

const struct err *job_sync_updates_feed_run(struct job_run *r)
{
	return feeds_write_updates(r->app, r->arena);
}

const struct err *job_sync_crate_feed_run(struct job_run *r)
{
	struct text name;
	const struct err *e = job_text(r, "name", &name);

	return e ? e : feeds_write_crate(r->app, r->arena, name);
}
