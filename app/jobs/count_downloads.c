/*
 * count_downloads: reads the web server's log of downloads on from where it stands, and writes down how often each version was
 * downloaded on which day (contract/jobs.md 7.2, design.md 7). The position moves in the transaction that adds the counts, so
 * whatever dies when, a line is counted once.
 *
 * A log that was renamed is read to its end before the one that took its name, and once more a minute later, because its
 * writer may have held it for some time. One that was emptied in its place (copytruncate) is begun anew, and what nobody had
 * read until then is lost; that is said.
 */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/log.h"
#include "app/base/time.h"
#include "app/jobs/kinds.h"
#include "app/jobs/log_file.h"
#include "app/registry/download_tally.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/download_count.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	READ_BYTES = 1 << 20,    /* at once; a longer line is none */
	PIECE_BYTES = 32 << 20,  /* in one transaction at the most */
	PIECE_COUNTS = 2000,     /* of so many (version, day) at the most */
	HEADER_BYTES = 16 << 10, /* the lines that describe the others are at the begin of a file */
	LINES_AN_ARENA = 256,    /* between two times that the memory of lines is given back */
	RUN_S = 50,              /* then it is somebody else's turn; the rest comes the next time */
	LOOK_AGAIN_S = 60,
	ROTATE_BYTES = 4 << 20, /* about 40,000 downloads */
	IDLE_S = 7 * 24 *
		 3600, /* a log of ours that nobody wrote to for so long: its machine may be gone */
	OWN_LOGS_MAX = 1000,
	FILES_BETWEEN_MAX = 100,
};

struct count {
	struct job_run *r;
	struct text path, machine;
	bool own; /* workers write it, and nobody else rotates it */
	struct download_tally *tally;
	char *buf;              /* READ_BYTES */
	struct arena *of_piece; /* what one transaction allocates */
	struct arena *of_lines;
	int64_t end_us; /* monotonic */
	struct log_position *rows;
	size_t nrows;
	uint64_t lines, counted, unknown, bytes; /* so far */
};

/* ---- one file, from where it stands */

struct reading {
	struct count *c;
	const struct log_file *f;
	struct log_position at;
	struct download_log log;
	uint64_t to;       /* read so far; behind a newline, but for a line that is too long */
	uint64_t here;     /* downloads in the tally */
	bool full, at_end; /* the tally; the file */
};

static bool time_is_over(const struct count *c)
{
	return time_monotonic_us() >= c->end_us;
}

/* The lines of a part that ends with a newline; stops before the first one that has no place in the tally. */
static void take_lines(struct reading *g, struct text part)
{
	struct text rest = part, line;
	struct download d;

	while (!g->full && rest.n) {
		(void)text_cut(&rest, '\n', &line);
		if (download_log_line(&g->log, g->c->of_lines, line, &d)) {
			g->full = !download_tally_add(g->c->tally, &d);
			g->here += !g->full;
		}
		if (g->full)
			break;
		g->to += line.n + 1;
		if (++g->c->lines % LINES_AN_ARENA == 0)
			arena_reset(g->c->of_lines);
	}
	arena_reset(g->c->of_lines);
}

/* Reads on; what of it are whole lines is counted in the tally. */
static const struct err *take_part(struct reading *g)
{
	struct arena *a = g->c->of_piece;
	const char *last;
	size_t n;
	const struct err *e = log_file_read(a, g->f, g->to, g->c->buf, READ_BYTES, &n);

	if (e)
		return e;
	last = n ? memrchr(g->c->buf, '\n', n) : NULL;
	if (last)
		take_lines(g, (struct text){ g->c->buf, (size_t)(last - g->c->buf) + 1 });
	else if (n == READ_BYTES) /* no server writes such a line: passed over */
		g->to += n;
	g->at_end = n < READ_BYTES && !g->full;
	return NULL;
}

static const struct err *write_piece(struct reading *g)
{
	struct count *c = g->c;
	struct log_position to = g->at;
	struct download_piece p = { .was = &g->at, .to = &to };
	const struct err *e;

	to.machine = c->machine;
	to.device = g->f->device;
	to.inode = g->f->inode;
	to.position = g->to;
	to.updated_us = time_now_us();
	to.head_bytes = g->to < LOG_HEAD_BYTES ? g->to : LOG_HEAD_BYTES;
	if (!log_file_head(g->f, to.head_bytes, &to.head))
		return err_new(c->of_piece, ERR_BUSY, "downloads.log was cut while it was read");
	p.v = download_tally_sorted(c->tally, &p.n);
	e = db_downloads_count(c->r->app->db, &p);
	if (e)
		return e;
	c->bytes += g->to - g->at.position;
	c->counted += g->here - p.ret_unknown;
	c->unknown += p.ret_unknown;
	to.id = p.ret_row;
	g->at = to;
	return NULL;
}

static const struct err *read_piece(struct reading *g)
{
	const struct err *e = NULL;

	download_tally_clear(g->c->tally);
	g->full = g->at_end = false;
	g->here = 0;
	while (!e && !g->full && !g->at_end && g->to - g->at.position < PIECE_BYTES)
		e = take_part(g);
	return e || g->to == g->at.position ? e : write_piece(g);
}

/* What the first lines say of the others, where these were read before. */
static const struct err *know_format(struct reading *g)
{
	const struct config *cfg = g->c->r->app->cfg;
	struct text head = { g->c->buf, 0 }, line;
	struct download none;
	const struct err *e =
		log_file_read(g->c->of_piece, g->f, 0, g->c->buf, HEADER_BYTES, &head.n);

	if (e)
		return e;
	g->log.format = g->c->own ? DOWNLOAD_FORMAT_COMBINED
				  : download_format_named(cfg->downloads.log_format);
	if (!g->log.format)
		g->log.format = download_format_of(head);
	while (g->at.position && text_starts(head, TEXT("#")) && text_cut(&head, '\n', &line))
		(void)download_log_line(&g->log, g->c->of_piece, line, &none);
	if (g->log.wrong)
		log_error(log_text("msg", TEXT("downloads.log is not of a form that is known")),
			  log_text("path", g->c->path));
	return NULL;
}

/*
 * From where it stands to its end, or until the time is over: *ret_at_end. row: its position, or one that has nothing but
 * zeros; then where it stands by now.
 */
static const struct err *read_on(struct count *c, const struct log_file *f,
				 struct log_position *row, bool *ret_at_end)
{
	struct db *db = c->r->app->db;
	struct reading g = { .c = c, .f = f, .at = *row, .to = row->position };
	const struct err *e;

	if (f->size < row->position) {
		log_error(log_text("msg", TEXT("downloads.log is shorter than it was; what comes "
					       "is counted")),
			  log_text("path", c->path), log_u64("was", row->position),
			  log_u64("is", f->size));
		g.to = f->size;
		download_tally_clear(c->tally);
		e = write_piece(&g);
		if (e)
			return e;
	}
	g.at.path = c->path;
	db_use_arena(db, c->of_piece);
	e = know_format(&g);
	while (!e && !g.at_end && !time_is_over(c)) {
		e = read_piece(&g);
		if (!e)
			arena_reset(c->of_piece);
	}
	*ret_at_end = g.at_end;
	*row = g.at;
	e = err_move(c->r->arena, e);
	db_use_arena(db, c->r->arena);
	arena_reset(c->of_piece);
	return e;
}

/* ---- which files */

static bool is_ours(const struct count *c, const struct log_position *row)
{
	return text_eq(row->machine, c->machine);
}

/* Where that file stands; one of this machine before one of another name. NULL: it was not read yet. */
static struct log_position *row_of(struct count *c, const struct log_file *f)
{
	struct log_position *found = NULL;

	for (size_t i = 0; i < c->nrows; i++)
		if ((!found || (!is_ours(c, found) && is_ours(c, &c->rows[i]))) &&
		    log_file_is(f, c->rows[i].inode, c->rows[i].head_bytes, &c->rows[i].head))
			found = &c->rows[i];
	return found;
}

/* The one that had the name of the log when it was read last. */
static struct log_position *row_in_use(struct count *c)
{
	for (size_t i = 0; i < c->nrows; i++)
		if (is_ours(c, &c->rows[i]) && !c->rows[i].finished_us.set)
			return &c->rows[i];
	return NULL;
}

static const struct err *find_renamed(struct count *c, const struct log_position *row,
				      struct log_file *ret)
{
	return log_file_find(c->r->arena, c->path, row->inode, row->head_bytes, &row->head, ret);
}

static const struct err *finish(struct count *c, const struct log_position *row,
				int64_t finished_us, int64_t looked_us)
{
	return db_log_finish(c->r->app->db, row->id, finished_us, looked_us);
}

/* What was finished a minute ago. */
static const struct err *look_again(struct count *c)
{
	int64_t now = time_now_us(), wait = (int64_t)LOOK_AGAIN_S * US_PER_S;
	const struct err *e = NULL;
	bool at_end = true;

	for (size_t i = 0; !e && i < c->nrows; i++) {
		struct log_position *row = &c->rows[i];
		struct log_file f;

		if (!is_ours(c, row) || !row->finished_us.set ||
		    row->updated_us >= row->finished_us.v + wait || now < row->finished_us.v + wait)
			continue;
		e = find_renamed(c, row, &f);
		if (!e && f.fd >= 0)
			e = read_on(c, &f, row, &at_end);
		if (!e && at_end)
			e = finish(c, row, row->finished_us.v, now);
		log_file_close(&f);
	}
	return e;
}

static void say_lost(struct count *c, const struct log_position *row, bool in_place)
{
	log_error(log_z("msg", in_place ? "downloads.log was emptied in its place (copytruncate?): "
					  "what was not read yet is lost"
					: "downloads.log was taken away before it was read to its "
					  "end: let rotation compress it later (delaycompress)"),
		  log_text("path", c->path), log_u64("position", row->position));
}

/* Whether it was read before, or begins like one that was: a copy that somebody made. */
static bool is_known(const struct count *c, const struct log_file *f)
{
	struct sha256 is;

	for (size_t i = 0; i < c->nrows; i++)
		if (log_file_head(f, c->rows[i].head_bytes, &is) &&
		    sha256_eq(&is, &c->rows[i].head))
			return true;
	return false;
}

/*
 * Files that had the name, and lost it again, while nobody read: those written to after the one that was read last. A run that is
 * killed here leaves one as the predecessor of the next run.
 */
static const struct err *read_between(struct count *c, int64_t mtime_ns, bool *ret_done)
{
	const struct err *e = NULL;
	struct log_file f = { .fd = 0 };
	int64_t now;

	for (size_t i = 0; !e && *ret_done && f.fd >= 0 && i < FILES_BETWEEN_MAX; i++) {
		struct log_position at = { .id = 0 };

		e = log_file_after(c->r->arena, c->path, mtime_ns, &f);
		if (e || f.fd < 0)
			break;
		mtime_ns = f.mtime_ns;
		if (f.size && !is_known(c, &f)) {
			e = read_on(c, &f, &at, ret_done);
			now = time_now_us();
			if (!e && *ret_done && at.id)
				e = finish(c, &at, now, now);
		}
		(void)close(f.fd);
	}
	return e;
}

/* The file that had the name before, to its end; *ret_done false where there is more of it than there is time. */
static const struct err *finish_predecessor(struct count *c, struct log_position *row,
					    const struct log_file *now_there, bool *ret_done)
{
	struct log_file f;
	const struct err *e = find_renamed(c, row, &f);
	int64_t now;

	*ret_done = true;
	if (!e && f.fd >= 0) {
		e = read_on(c, &f, row, ret_done);
		now = time_now_us();
		if (!e && *ret_done)
			e = finish(c, row, now, now);
		if (!e && *ret_done)
			e = read_between(c, f.mtime_ns, ret_done);
	} else if (!e && now_there->fd >= 0) {
		say_lost(c, row, now_there->inode == row->inode);
		now = time_now_us();
		e = finish(c, row, now, now + (int64_t)LOOK_AGAIN_S * US_PER_S);
	} else if (!e) { /* nothing has the name now: perhaps in a moment */
		*ret_done = false;
	}
	log_file_close(&f);
	return e;
}

static struct text path_before(struct count *c)
{
	return text_fmt(c->r->arena, "%.*s.1", TEXT_F(c->path));
}

static bool is_idle(const struct log_file *f)
{
	return f->mtime_ns / 1000 < time_now_us() - (int64_t)IDLE_S * US_PER_S;
}

/* Whether all that was finished was looked at again. */
static bool is_settled(const struct count *c)
{
	int64_t wait = (int64_t)LOOK_AGAIN_S * US_PER_S;

	for (size_t i = 0; i < c->nrows; i++)
		if (c->rows[i].finished_us.set &&
		    c->rows[i].updated_us < c->rows[i].finished_us.v + wait)
			return false;
	return true;
}

/*
 * A log that is ours to rotate gets out of the way when it is large, or nobody writes it any more, and all of the one before
 * was counted.
 */
static const struct err *rotate(struct count *c, const struct log_file *f)
{
	if ((f->size < ROTATE_BYTES && !is_idle(f)) || !is_settled(c))
		return NULL;
	if (rename(text_z(c->r->arena, c->path), text_z(c->r->arena, path_before(c))) != 0)
		return err_errno(c->r->arena, errno, "rename %.*s", TEXT_F(c->path));
	return NULL;
}

/* What got out of the way goes when nobody writes it any more and it was counted to its end, twice. */
static const struct err *remove_before(struct count *c)
{
	struct text path = path_before(c);
	const struct log_position *row;
	struct log_file f;
	const struct err *e = log_file_open(c->r->arena, path, &f);
	bool goes;

	if (e || f.fd < 0)
		return e;
	row = row_of(c, &f);
	goes = is_idle(&f) && is_settled(c) && (row ? row->finished_us.set : !f.size);
	log_file_close(&f);
	if (goes && unlink(text_z(c->r->arena, path)) != 0 && errno != ENOENT)
		return err_errno(c->r->arena, errno, "remove %.*s", TEXT_F(path));
	return NULL;
}

static const struct err *read_log(struct count *c, const struct log_file *f)
{
	struct log_position nothing = { .id = 0 }, *row, *used;
	const struct err *e =
		db_log_positions(c->r->app->db, c->path, c->machine, f->inode, &c->rows, &c->nrows);
	bool done = true;

	if (e)
		return e;
	row = f->fd >= 0 ? row_of(c, f) : NULL;
	used = row_in_use(c);
	e = c->own ? remove_before(c) : NULL; /* by what was known before this run */
	if (!e)
		e = look_again(c);
	if (!e && used && used != row)
		e = finish_predecessor(c, used, f, &done);
	if (!e && done && f->fd >= 0 && f->size)
		e = read_on(c, f, row ? row : &nothing, &done);
	if (!e && done && f->fd >= 0 && c->own && (!used || used == row))
		e = rotate(c, f);
	if (!e && !done && f->fd >= 0)
		log_warn(log_text("msg",
				  TEXT("there is more in downloads.log than there was time for")),
			 log_text("path", c->path));
	return e;
}

static const struct err *count_all(struct count *c)
{
	struct log_file f;
	const struct err *e = log_file_open(c->r->arena, c->path, &f);

	if (e)
		return e;
	e = read_log(c, &f);
	log_file_close(&f);
	if (c->lines)
		log_info(log_text("msg", TEXT("downloads counted")), log_u64("lines", c->lines),
			 log_u64("counted", c->counted), log_u64("unknown", c->unknown),
			 log_u64("bytes", c->bytes));
	return e;
}

static void put_tally(void *p)
{
	download_tally_free(p);
}

static void put_arena(void *p)
{
	arena_free(p);
}

/* One log, if nobody else is at it: its name is that of the lock. */
static const struct err *count_log(struct count *c, struct text name)
{
	struct job_run *r = c->r;
	const struct err *e;
	int lock;

	e = storage_lock(r->app->storage, r->arena,
			 text_fmt(r->arena, "downloads-%.*s", TEXT_F(name)), 0, &lock);
	if (e)
		return err_is(e, ERR_BUSY) ? NULL : e;
	c->lines = c->counted = c->unknown = c->bytes = 0;
	e = count_all(c);
	storage_unlock(lock);
	return e;
}

/* The name of the log that an entry of the folder is, or the last one that is left of it is; absent: it is neither. */
static struct text log_of_entry(struct arena *a, struct text folder, struct text entry)
{
	struct text name = text_sub(entry, 0, entry.n < 2 ? 0 : entry.n - 2);

	if (text_ends(entry, TEXT(".log")))
		return entry;
	if (!text_ends(entry, TEXT(".log.1")) ||
	    access(text_z(a, text_fmt(a, "%.*s/%.*s", TEXT_F(folder), TEXT_F(name))), F_OK) == 0)
		return TEXT_NONE; /* it is seen with that one */
	return name;
}

/*
 * Those that workers write (app/server/download_note.h), each by the name of a machine that has this folder. What a machine leaves that
 * is gone is counted to its end, gets out of the way after a week, and goes.
 */
static const struct err *count_own(struct count *c)
{
	struct text folder =
		text_fmt(c->r->arena, "%.*s/downloads", TEXT_F(c->r->app->cfg->data.dir));
	DIR *dir = opendir(folder.p);
	const struct err *e = NULL;
	const struct dirent *entry;

	c->own = true;
	c->machine = TEXT("-"); /* whoever has the folder */
	for (size_t i = 0; dir && !e && i < OWN_LOGS_MAX && (entry = readdir(dir)); i++) {
		struct text name = log_of_entry(c->r->arena, folder,
						text_dup(c->r->arena, text_from(entry->d_name)));

		if (!name.p)
			continue;
		c->path = text_fmt(c->r->arena, "%.*s/%.*s", TEXT_F(folder), TEXT_F(name));
		e = count_log(c, name);
	}
	if (dir)
		(void)closedir(dir);
	return e;
}

const struct err *job_count_downloads_run(struct job_run *r)
{
	const struct config *cfg = r->app->cfg;
	char host[65] = "";
	struct count c = { .r = r, .path = cfg->downloads.log };

	if (text_eq(cfg->downloads.count, TEXT("off")))
		return NULL;
	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	c.machine = text_dup(r->arena, text_from(host));
	c.tally = download_tally_new(PIECE_COUNTS);
	arena_defer(r->arena, put_tally, c.tally);
	c.buf = malloc(READ_BYTES);
	BUG_ON(!c.buf);
	arena_defer_free(r->arena, c.buf);
	c.of_piece = arena_new(0);
	arena_defer(r->arena, put_arena, c.of_piece);
	c.of_lines = arena_new(0);
	arena_defer(r->arena, put_arena, c.of_lines);
	c.end_us = time_monotonic_us() + (int64_t)RUN_S * US_PER_S;
	return text_eq(cfg->downloads.count, TEXT("log")) ? count_log(&c, c.machine)
							  : count_own(&c);
}
