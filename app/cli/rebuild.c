/* rebuild: derived data, made anew from the database and the crate files. */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "app/cli/commands.h"
#include "app/index/git_sync.h"
#include "app/index/settle.h"
#include "app/index/sparse.h"
#include "app/index/verify.h"
#include "app/inspect/client.h"
#include "app/jobs/feeds.h"
#include "app/registry/marks.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/crate.h"
#include "db/crate_order.h"
#include "db/job.h"
#include "db/rendering.h"
#include "db/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* The job's data: a README of the largest size, escaped. Behind what publishes leave. */
enum { README_JOB_MAX = 32 * 1024 * 1024, READMES_PRIORITY = -20 };

struct rebuild {
	const struct app *app;
	struct arena *a;
	uint64_t seen, written;
};

/* What is right stays as it is, with its time: nobody has to fetch it again. */
static const struct err *rebuild_crate(void *ctx, struct text canon)
{
	struct rebuild *r = ctx;
	struct db_index_state state;
	const struct err *e;
	struct verify v;
	bool there;

	e = db_index_state(r->app->db, canon, &state, &there);
	if (e || !there)
		return e;
	r->seen++;
	e = verify_crate(r->app, &state, false, NULL, &v);
	if (e || !v.settle_mends)
		return e;
	r->written++;
	return settle_crate(r->app, r->a, canon);
}

static const struct err *rebuild_index(struct rebuild *r)
{
	const struct err *e = verify_each(r->app, r->a, rebuild_crate, r);

	if (!e)
		e = sparse_put_config(r->app->storage, r->a, r->app->cfg);
	if (!e)
		(void)printf("index: %" PRIu64 " crates, %" PRIu64 " written\n", r->seen,
			     r->written);
	return e;
}

/* ---- search */

static const struct err *rebuild_search_of(void *ctx, struct text canon)
{
	struct rebuild *r = ctx;

	r->seen++;
	return db_search_rebuild(r->app->db, canon);
}

/* From nothing, very many at once; what was published meanwhile, once more. */
static const struct err *search_from_nothing(struct rebuild *r)
{
	struct db *db = r->app->db;
	int64_t since = time_now_us();
	struct text *changed;
	const struct err *e = NULL;
	uint64_t last = 0, n = 1;
	size_t nchanged;

	while (!e && n) {
		e = db_search_bulk(db, last, &last, &n);
		r->seen += n;
	}
	if (!e)
		e = db_search_changed(db, since, &changed, &nchanged);
	for (size_t i = 0; !e && i < nchanged; i++)
		e = db_search_rebuild(db, changed[i]);
	return e;
}

static const struct err *rebuild_search(struct rebuild *r)
{
	const struct err *e;
	bool empty;

	e = db_search_is_empty(r->app->db, &empty);
	if (!e)
		e = empty ? search_from_nothing(r)
			  : verify_each(r->app, r->a, rebuild_search_of, r);
	if (!e)
		e = db_search_count_words(r->app->db);
	if (!e)
		(void)printf("search: %" PRIu64 " crates\n", r->seen);
	return e;
}

/* ---- readmes */

/* The job that a publish would have left, from what is in the archive. */
static const struct err *enqueue_readme(struct rebuild *r, const struct db_index_version *v,
					const struct manifest *m, struct text text)
{
	struct buf b = buf_init(r->a, README_JOB_MAX);
	struct jw j = jw_init(&b);
	struct text data;
	const struct err *e;

	jw_object(&j, NULL);
	jw_u64(&j, "version_id", v->id);
	jw_text(&j, "text", text);
	jw_text(&j, "readme_path", m->readme);
	jw_text_or_null(&j, "base_url", m->repository);
	jw_text_or_null(&j, "pkg_path_in_vcs", m->path_in_vcs);
	jw_end(&j);
	e = buf_done(&b, &data);
	if (e)
		return e;
	r->written++;
	return db_job_add_later(r->app->db, &job_render_readme, data, READMES_PRIORITY,
				time_now_us(), NULL);
}

static const struct err *manifest_of(struct rebuild *r, int fd, const struct db_index_version *v,
				     struct manifest *ret)
{
	const struct config *cfg = r->app->cfg;
	struct inspect_archive_in in = { .fd = fd,
					 .name = v->name,
					 .version = v->num,
					 .max_unpacked = cfg->limits.unpacked_bytes,
					 .max_entries = cfg->limits.tar_entries };

	return inspect_archive(r->app->inspect, r->a, &in, ret);
}

static const struct err *readme_of(struct rebuild *r, int fd, const struct db_index_version *v)
{
	struct inspect_lines_in file = { .fd = fd, .name = v->name, .version = v->num };
	struct manifest m = { 0 };
	struct text text;
	const struct err *e = manifest_of(r, fd, v, &m);

	if (!e && !m.readme.n)
		return NULL;
	if (!e)
		e = inspect_file(r->app->inspect, r->a, &file, m.readme, &text);
	if (e) /* what cannot be read has no README to show */
		return err_is(e, ERR_NOT_FOUND) || err_is(e, ERR_INVALID) ? NULL : e;
	return text.n ? enqueue_readme(r, v, &m, text) : NULL;
}

/* Versions of a crate may be many and READMEs large: each has its own memory. Calls fn with the bytes of each. */
static const struct err *each_version(struct rebuild *r, struct text canon,
				      const struct err *(*fn)(struct rebuild *r, int fd,
							      const struct db_index_version *v))
{
	struct arena *of_crate = r->a, *of_version = arena_new(0);
	struct db_index_version *v;
	const struct err *e;
	size_t n;
	int fd;

	e = db_index_versions(r->app->db, canon, &v, &n);
	for (size_t i = 0; !e && i < n; i++) {
		r->a = of_version;
		r->seen++;
		db_use_arena(r->app->db, of_version);
		e = storage_open_blob(r->app->storage, r->a, &v[i].tar_sha256, &fd);
		if (!e) {
			e = fn(r, fd, &v[i]);
			(void)close(fd);
		} else if (err_is(e, ERR_NOT_FOUND)) { /* fsck tells what is missing */
			e = NULL;
		}
		e = err_move(of_crate, e);
		r->a = of_crate;
		db_use_arena(r->app->db, of_crate);
		arena_reset(of_version);
	}
	arena_free(of_version);
	return e;
}

static const struct err *rebuild_readmes_of(void *ctx, struct text canon)
{
	return each_version(ctx, canon, readme_of);
}

static const struct err *rebuild_readmes(struct rebuild *r)
{
	const struct err *e = verify_each(r->app, r->a, rebuild_readmes_of, r);

	if (!e)
		(void)printf("readmes: %" PRIu64 " versions, %" PRIu64 " given to jobs\n", r->seen,
			     r->written);
	return e;
}

/* ---- marks */

static const struct err *marks_of_version(struct rebuild *r, int fd,
					  const struct db_index_version *v)
{
	struct manifest m;
	const struct err *e = manifest_of(r, fd, v, &m);

	if (e) /* what cannot be read has no marks */
		return err_is(e, ERR_INVALID) ? NULL : e;
	r->written++;
	return db_marks_put(r->app->db, v->id, marks_of(&m));
}

static const struct err *rebuild_marks_of(void *ctx, struct text canon)
{
	return each_version(ctx, canon, marks_of_version);
}

static const struct err *rebuild_marks(struct rebuild *r)
{
	const struct err *e = verify_each(r->app, r->a, rebuild_marks_of, r);

	if (!e)
		(void)printf("marks: %" PRIu64 " versions, %" PRIu64 " looked into\n", r->seen,
			     r->written);
	return e;
}

/* ---- feeds */

static const struct err *rebuild_feed_of(void *ctx, struct text canon)
{
	struct rebuild *r = ctx;
	struct crate_row crate;
	bool there;
	const struct err *e = db_crate_find(r->app->db, canon, &crate, &there);

	if (e || !there)
		return e;
	r->seen++;
	return feeds_write_crate(r->app, r->a, crate.name);
}

static const struct err *rebuild_feeds(struct rebuild *r)
{
	const struct err *e = feeds_write_crates(r->app, r->a);

	if (!e)
		e = feeds_write_updates(r->app, r->a);
	if (!e)
		e = verify_each(r->app, r->a, rebuild_feed_of, r);
	if (!e)
		(void)printf("feeds: %" PRIu64 " crates\n", r->seen);
	return e;
}

/* ---- orders */

static const struct err *rebuild_orders(struct rebuild *r)
{
	const struct err *e = db_crate_orders_changed(r->app->db, CRATE_ORDERS);

	if (!e)
		e = db_crate_orders_keep(r->app->db, time_now_us(), &r->written);
	if (!e)
		(void)printf("orders: %" PRIu64 " kept\n", r->written);
	return e;
}

/* ---- the git index */

static const struct err *rebuild_git_index(struct rebuild *r)
{
	struct git_answer answer;
	const struct err *e;

	if (!r->app->cfg->git_index.enabled) {
		(void)printf("git-index: there is none (git_index.enabled)\n");
		return NULL;
	}
	e = git_rebuild(r->app, r->a, GIT_REBUILD_WAIT_MS, &r->seen, &answer);
	if (!e)
		(void)printf("git-index: %" PRIu64 " crates, %s %.*s\n", r->seen,
			     answer.commits ? "now at" : "as it was at", TEXT_F(answer.head));
	return e;
}

static const struct {
	const char *name;
	const struct err *(*fn)(struct rebuild *r);
} targets[] = {
	{ "index", rebuild_index },         { "search", rebuild_search },
	{ "readmes", rebuild_readmes },     { "marks", rebuild_marks },
	{ "feeds", rebuild_feeds },         { "orders", rebuild_orders },
	{ "git-index", rebuild_git_index },
};

static int rebuild(struct cli *c)
{
	struct rebuild r = { .app = NULL };
	struct texts rest;
	const struct err *e = NULL;
	bool known = false, all;
	int status;

	if (!cli_parse(c, NULL, 1, 1, &rest))
		return 2;
	all = text_eq(rest.v[0], TEXT("all"));
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		known = known || all || text_eq(rest.v[0], text_from(targets[i].name));
	if (!known)
		return cli_usage(c);
	if (!cli_open(c))
		return 1;
	r.app = c->app;
	db_be_patient(c->app->db);
	r.a = arena_new(0);
	for (size_t i = 0; !e && i < ARRAY_SIZE(targets); i++)
		if (all || text_eq(rest.v[0], text_from(targets[i].name))) {
			r.seen = r.written = 0;
			e = targets[i].fn(&r);
		}
	status = e ? cli_fail(e) : 0;
	arena_free(r.a);
	return status;
}

const struct cli_command rebuild_commands[] = {
	{ "rebuild", "index|git-index|search|readmes|marks|feeds|orders|all",
	  "derived data, made anew", rebuild },
	CLI_END,
};
