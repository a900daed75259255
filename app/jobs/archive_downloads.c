/*
 * archive_version_downloads: downloads by day leave the database for files, DATE.csv below DATA/public/archives/version-downloads
 * (contract/jobs.md 7.4), where downloads.keep_days asks for it. Sums stay as they are.
 *
 * A day's file is written beside the one that is there (.new), then its rows go and the hash of the new file is stored, in one
 * transaction; then it takes the other's place. So after a crash the hash tells whether the rows are gone. Rows that come for a
 * day later are added to its file.
 *
 * index_version_downloads_archive: what there is, as index.json and index.html.
 */
#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/config.h"
#include "app/base/fault.h"
#include "app/base/hash.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/download_archive.h"

#include <json-c/json.h>

#define FOLDER "archives/version-downloads"
#define HEAD "version_id,downloads\n"
#define DAY_US ((int64_t)24 * 3600 * US_PER_S)

enum { ROW_MAX_BYTES = 42, RUN_S = 45 * 60 };

struct archive {
	struct job_run *r;
	struct text date, file, fresh;
	struct arena *a; /* of one day */
};

/* ---- the file: rows by version */

/* The next row of a file of ours; false at its end, or where it is none of ours. */
static bool next_row(struct text *rest, struct download_archive_row *ret)
{
	struct text line, id;

	return rest->n && text_cut(rest, '\n', &line) && text_cut(&line, ',', &id) &&
	       text_u64(id, 0, UINT64_MAX, &ret->version_id) && line.p &&
	       text_u64(line, 0, UINT64_MAX, &ret->downloads);
}

static void put_row(struct buf *b, const struct download_archive_row *row)
{
	buf_u64(b, row->version_id);
	buf_byte(b, ',');
	buf_u64(b, row->downloads);
	buf_byte(b, '\n');
}

/* What was there and what is new, as one file. */
static const struct err *merge(struct archive *v, struct text old,
			       const struct download_archive_row *rows, size_t n, struct text *ret)
{
	struct buf b = buf_init(v->a, sizeof(HEAD) + old.n + n * ROW_MAX_BYTES);
	struct text rest = text_sub(old, sizeof(HEAD) - 1, old.n);
	struct download_archive_row was;
	bool more = next_row(&rest, &was);

	buf_add(&b, TEXT(HEAD));
	for (size_t i = 0; i < n || more;) {
		struct download_archive_row row = more ? was : rows[i];

		if (i < n && (!more || rows[i].version_id <= was.version_id)) {
			row.downloads = rows[i].downloads;
			if (more && rows[i].version_id == was.version_id) {
				row.downloads += was.downloads;
				more = next_row(&rest, &was);
			} else {
				row.version_id = rows[i].version_id;
			}
			i++;
		} else {
			more = next_row(&rest, &was);
		}
		put_row(&b, &row);
	}
	return buf_done(&b, ret);
}

/* ---- one day */

/* After the rows are gone: answers about their crates are others now, and the new file takes its place. */
static const struct err *finish(struct archive *v, struct text csv)
{
	const struct app *app = v->r->app;
	struct text rest = text_sub(csv, sizeof(HEAD) - 1, csv.n);
	uint64_t ids[DOWNLOAD_ARCHIVE_MARK];
	struct download_archive_row row;
	const struct err *e = NULL;
	bool more = true;
	size_t n;

	while (!e && more) {
		for (n = 0; n < DOWNLOAD_ARCHIVE_MARK && (more = next_row(&rest, &row)); n++)
			ids[n] = row.version_id;
		if (n)
			e = db_archive_mark(app->db, ids, n);
	}
	if (!e)
		e = storage_put_public(app->storage, v->a, v->file, csv);
	return e ? e : storage_unlink_public(app->storage, v->a, v->fresh);
}

/* A new file that a crash left: its rows are gone where its hash is stored, else it is nothing. */
static const struct err *recover(struct archive *v)
{
	const struct app *app = v->r->app;
	struct download_archive_day day;
	struct text csv;
	struct sha256 is;
	bool known;
	const struct err *e = storage_get_public(app->storage, v->a, v->fresh, &csv);

	if (e || !csv.p)
		return e;
	e = db_archive_day(app->db, v->date, &day, &known);
	if (e)
		return e;
	is = sha256_of(csv);
	if (known && sha256_eq(&is, &day.sha256))
		return finish(v, csv);
	return storage_unlink_public(app->storage, v->a, v->fresh);
}

/* The file of a day that was archived before, which must be the one that is stored. */
static const struct err *old_file(struct archive *v, struct db *db, struct text *ret)
{
	struct download_archive_day day;
	struct sha256 is;
	bool known;
	const struct err *e = db_archive_day(db, v->date, &day, &known);

	*ret = TEXT("");
	if (e || !known)
		return e;
	e = storage_get_public(v->r->app->storage, v->a, v->file, ret);
	is = sha256_of(*ret);
	if (!e && (!ret->p || !sha256_eq(&is, &day.sha256)))
		e = err_new(v->a, ERR_INVALID, "%.*s is not the file that was written",
			    TEXT_F(v->file));
	return e;
}

static const struct err *take_out(struct db *db, void *ctx)
{
	struct archive *v = ctx;
	struct download_archive_day day = { .date = v->date };
	struct download_archive_row *rows;
	struct text old, csv;
	size_t n;
	const struct err *e = db_archive_rows(db, v->date, &rows, &n);

	if (!e)
		e = old_file(v, db, &old);
	if (!e)
		e = merge(v, old, rows, n, &csv);
	if (!e)
		e = storage_put_public(v->r->app->storage, v->a, v->fresh, csv);
	if (e)
		return e;
	FAULT_POINT(v->a, ARCHIVE_WRITTEN);
	day.sha256 = sha256_of(csv);
	day.bytes = csv.n;
	return db_archive_done(db, &day, n);
}

static const struct err *archive_day(struct archive *v)
{
	const struct err *e = recover(v);

	if (!e)
		e = db_tx(v->r->app->db, take_out, v);
	if (e)
		return e;
	FAULT_POINT(v->a, ARCHIVE_AFTER_COMMIT);
	return recover(v);
}

static const struct err *archive_dated(struct job_run *r, struct arena *a, struct text date)
{
	struct archive v = { .r = r, .a = a, .date = date };
	const struct err *e;

	v.file = text_fmt(a, FOLDER "/%.*s.csv", TEXT_F(date));
	v.fresh = text_fmt(a, FOLDER "/%.*s.csv.new", TEXT_F(date));
	db_use_arena(r->app->db, a);
	e = err_move(r->arena, archive_day(&v));
	db_use_arena(r->app->db, r->arena);
	return e;
}

/* ---- the job */

/* What a run left that was killed between the end of its transaction and the new file's place. */
static const struct err *recover_last(struct job_run *r, struct arena *a)
{
	struct download_archive_day *v;
	const struct err *e;
	size_t n;

	e = db_archive_list(r->app->db, &v, &n);
	for (size_t i = 0; !e && i < n; i++) {
		struct archive one = { .r = r, .a = a, .date = v[i].date };

		arena_reset(a);
		one.file = text_fmt(a, FOLDER "/%.*s.csv", TEXT_F(v[i].date));
		one.fresh = text_fmt(a, FOLDER "/%.*s.csv.new", TEXT_F(v[i].date));
		e = err_move(r->arena, recover(&one));
	}
	return e;
}

/* Days before that one: what the job's data asks for, else what downloads.keep_days says. Absent: none. */
static const struct err *before_what(struct job_run *r, struct text *ret)
{
	uint64_t keep = r->app->cfg->downloads.keep_days;
	struct time_text t = time_date(time_now_us() - (int64_t)keep * DAY_US);
	int64_t us;

	if (json_object_object_get_ex(r->data, "before", NULL)) {
		const struct err *e = job_text(r, "before", ret);

		if (!e && !time_parse_date(*ret, &us))
			e = err_new(r->arena, ERR_INVALID, "before is a date, such as 2026-08-01");
		return e;
	}
	*ret = keep ? text_dup(r->arena, text_from(t.s)) : TEXT_NONE;
	return NULL;
}

static void put_arena(void *p)
{
	arena_free(p);
}

const struct err *job_archive_version_downloads_run(struct job_run *r)
{
	int64_t end_us = time_monotonic_us() + (int64_t)RUN_S * US_PER_S;
	struct arena *of_day = arena_new(0);
	struct text before, date = TEXT("");
	const struct err *e;
	bool ours = true;
	int lock;

	arena_defer(r->arena, put_arena, of_day);
	e = before_what(r, &before);
	if (e || !before.p)
		return e;
	e = storage_lock(r->app->storage, r->arena, TEXT("archive-downloads"), 0, &lock);
	if (e)
		return e;
	db_be_patient(r->app->db);
	e = recover_last(r, of_day);
	while (!e && date.p && ours && time_monotonic_us() < end_us) {
		e = db_archive_next(r->app->db, before, &date);
		if (!e && date.p)
			e = archive_dated(r, of_day, date);
		arena_reset(of_day);
		if (!e)
			e = db_job_extend(r->app->db, r->job, RUN_S, &ours);
	}
	storage_unlock(lock);
	return e ? e
		 : db_job_add(r->app->db, &job_index_version_downloads_archive, TEXT("{}"), NULL);
}

/* ---- the index */

enum { INDEX_MAX_BYTES = 4 * 1024 * 1024 };

static void list_html(struct buf *b, const struct download_archive_day *v, size_t n)
{
	buf_add(b, TEXT("<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
			"<meta name=\"viewport\" content=\"width=device-width\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n"
			"<title>Downloads by day</title>\n<h1>Downloads by day</h1>\n"
			"<p>Each file has the downloads of one day: "
			"version_id,downloads.</p>\n<ul>\n"));
	for (size_t i = 0; i < n; i++)
		buf_fmt(b, "<li><a href=\"%.*s.csv\">%.*s.csv</a> (%llu bytes)\n",
			TEXT_F(v[i].date), TEXT_F(v[i].date), (unsigned long long)v[i].bytes);
	buf_add(b, TEXT("</ul>\n</html>\n"));
}

const struct err *job_index_version_downloads_archive_run(struct job_run *r)
{
	struct buf json = buf_init(r->arena, INDEX_MAX_BYTES), html = json;
	struct jw j = jw_init(&json);
	struct download_archive_day *v;
	struct text bytes;
	const struct err *e;
	size_t n;

	e = db_archive_list(r->app->db, &v, &n);
	if (e)
		return e;
	jw_array(&j, NULL);
	for (size_t i = 0; i < n; i++) {
		jw_object(&j, NULL);
		jw_text(&j, "name", text_fmt(r->arena, "%.*s.csv", TEXT_F(v[i].date)));
		jw_u64(&j, "size", v[i].bytes);
		jw_end(&j);
	}
	jw_end(&j);
	list_html(&html, v, n);
	e = buf_done(&json, &bytes);
	if (!e)
		e = storage_put_public(r->app->storage, r->arena, TEXT(FOLDER "/index.json"),
				       bytes);
	if (!e)
		e = buf_done(&html, &bytes);
	return e ? e
		 : storage_put_public(r->app->storage, r->arena, TEXT(FOLDER "/index.html"), bytes);
}
