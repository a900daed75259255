/*
 * fsck: proves that database, blobs, public links, index files and kept counters agree, and with --repair makes them.
 * It may run beside a working registry: what is wrong is looked at again a moment later, before it is said.
 */
#include "db/fsck.h"
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/time.h"
#include "app/cli/commands.h"
#include "app/index/git_sync.h"
#include "app/index/settle.h"
#include "app/index/sparse.h"
#include "app/index/verify.h"
#include "app/registry/name.h"
#include "app/server/app.h"
#include "app/storage/storage.h"
#include "db/crate_order.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LOOKS = 3, LOOKS_MAX = 30, LOOK_AGAIN_MS = 300 };
#define DAY_US (INT64_C(86400) * US_PER_S)

struct fsck {
	const struct app *app;
	struct arena *a; /* of one step: reset after it */
	bool repair, hash;
	uint64_t found, mended;
	uint64_t without; /* versions of a dump, without bytes */
};

static void found(struct fsck *f, struct text what, bool mended)
{
	f->found++;
	f->mended += mended;
	(void)printf("%.*s%s\n", TEXT_F(what), mended ? " (mended)" : "");
}

/* ---- crates: blobs, links, index files */

/* The public file has the bytes still: they become the blob again, if they hash to it. */
static bool restore_blob(struct fsck *f, struct text name, const struct storage_link *v)
{
	bool ok;
	int fd;

	if (storage_open_crate(f->app->storage, f->a, name, v->version, &fd))
		return false;
	ok = !storage_restore_blob(f->app->storage, f->a, fd, &v->sha);
	(void)close(fd);
	return ok;
}

static bool mend_crate(struct fsck *f, const struct db_index_state *state, const struct verify *v)
{
	bool ok = true;

	for (size_t i = 0; i < v->nlost; i++)
		ok = restore_blob(f, v->name, &v->lost[i]) && ok;
	return !settle_crate(f->app, f->a, state->canon_name) && ok;
}

struct gathered {
	struct arena *a;
	struct text lines[64]; /* more are counted, not kept */
	size_t n;
};

static void gather(void *ctx, struct text what)
{
	struct gathered *g = ctx;

	if (g->n < ARRAY_SIZE(g->lines))
		g->lines[g->n] = what;
	g->n++;
}

static const struct err *check_crate(void *ctx, struct text canon)
{
	struct fsck *f = ctx;
	struct timespec pause = { .tv_nsec = LOOK_AGAIN_MS * 1000L * 1000 };
	struct db_index_state state;
	uint64_t gen = 0;
	const struct err *e;
	struct gathered g;
	struct verify v;
	bool there, mended;

	/* Only looks between which nothing was published count: whoever publishes makes it right himself. */
	for (int looks = 0, quiet = 0; quiet < LOOKS && looks < LOOKS_MAX; looks++) {
		g = (struct gathered){ .a = f->a };
		e = db_index_state(f->app->db, canon, &state, &there);
		if (e || !there)
			return e;
		e = verify_crate(f->app, &state, f->hash, &(struct verify_sink){ gather, &g }, &v);
		if (!e && g.n == 0)
			f->without += v.nwithout;
		if (e || g.n == 0)
			return e;
		quiet = looks && state.index_gen == gen ? quiet + 1 : 1;
		gen = state.index_gen;
		(void)nanosleep(&pause, NULL);
	}
	mended = f->repair && mend_crate(f, &state, &v);
	for (size_t i = 0; i < g.n && i < ARRAY_SIZE(g.lines); i++)
		found(f, g.lines[i], mended);
	if (g.n > ARRAY_SIZE(g.lines))
		found(f,
		      text_fmt(f->a, "and %zu more of crate %.*s", g.n - ARRAY_SIZE(g.lines),
			       TEXT_F(state.name)),
		      mended);
	return NULL;
}

/* ---- files that belong to nothing */

static const struct err *stray(struct fsck *f, const struct storage_entry *entry)
{
	found(f, text_fmt(f->a, "%.*s is not ours", TEXT_F(entry->path)), false);
	return NULL;
}

/* Who published just that in the moment before it was removed has it back. */
static bool settled_again(struct fsck *f, struct text name)
{
	return !settle_crate(f->app, f->a, canon_name(f->a, name));
}

static const struct err *see_index_file(void *ctx, const struct storage_entry *entry)
{
	struct fsck *f = ctx;
	struct text path = text_sub(entry->path, sizeof("index/") - 1, entry->path.n);
	struct db_index_state state;
	const struct err *e;
	bool there;

	arena_reset(f->a);
	if (text_eq(path, TEXT("config.json")))
		return NULL;
	if (!entry->name.p)
		return stray(f, entry);
	e = db_index_state(f->app->db, canon_name(f->a, entry->name), &state, &there);
	if (e || (there && text_eq(index_path(f->a, state.name), path)))
		return e;
	found(f, text_fmt(f->a, "index file %.*s is of no crate", TEXT_F(path)),
	      f->repair && !storage_put_index(f->app->storage, f->a, path, TEXT_NONE, 0) &&
		      settled_again(f, entry->name));
	return NULL;
}

static const struct err *see_crate_file(void *ctx, const struct storage_entry *entry)
{
	struct fsck *f = ctx;
	const struct err *e;
	bool there;

	arena_reset(f->a);
	if (!entry->name.p)
		return stray(f, entry);
	e = db_fsck_version_exists(f->app->db, entry->name, entry->version, &there);
	if (e || there)
		return e;
	found(f, text_fmt(f->a, "%.*s is of no version", TEXT_F(entry->path)),
	      f->repair &&
		      !storage_unlink_crate(f->app->storage, f->a, entry->name, entry->version) &&
		      settled_again(f, entry->name));
	return NULL;
}

/* Younger ones may belong to a publish under way. */
static const struct err *see_blob(void *ctx, const struct storage_entry *entry)
{
	struct fsck *f = ctx;
	int64_t old_us = time_now_us() - DAY_US;
	const struct err *e;
	bool named, removed = false;

	arena_reset(f->a);
	if (!entry->name.p)
		return stray(f, entry);
	if (entry->mtime_s * US_PER_S >= old_us)
		return NULL;
	e = db_fsck_blob_named(f->app->db, &entry->sha, &named);
	if (e || named)
		return e;
	if (f->repair && storage_sweep_blob(f->app->storage, f->a, &entry->sha, old_us, &removed))
		removed = false;
	found(f, text_fmt(f->a, "%.*s is named by no version", TEXT_F(entry->path)), removed);
	return NULL;
}

static const struct err *check_files(struct fsck *f)
{
	/* What a walk shows is in memory of its own; f->a is free for each step. */
	const struct err *e = storage_each_index(f->app->storage, f->a, see_index_file, f);
	size_t n;

	if (!e)
		e = storage_each_crate(f->app->storage, f->a, see_crate_file, f);
	if (!e)
		e = storage_each_blob(f->app->storage, f->a, see_blob, f);
	if (!e && f->repair)
		e = storage_sweep_tmp(f->app->storage, f->a, time_now_us() - DAY_US, &n);
	return e;
}

static const struct err *check_config(struct fsck *f)
{
	struct text want = sparse_config_json(f->a, f->app->cfg), have;
	const struct err *e =
		storage_get_index(f->app->storage, f->a, TEXT("config.json"), &have, NULL);

	if (e || text_eq(have, want))
		return e;
	found(f, TEXT("index file config.json is not what the configuration says"),
	      f->repair && !sparse_put_config(f->app->storage, f->a, f->app->cfg));
	return NULL;
}

/* ---- the git index */

static const struct err *check_git_index(struct fsck *f)
{
	struct arena *before = db_arena(f->app->db), *a = arena_new(0);
	struct gathered g = { .a = a };
	struct git_answer answer;
	const struct err *e;
	bool mended = false, differs;
	uint64_t n;

	db_use_arena(f->app->db, a);
	e = git_verify(f->app, f->a, &(struct verify_sink){ gather, &g }, &differs);
	if (!e && differs && f->repair)
		mended = !git_rebuild(f->app, f->a, GIT_REBUILD_WAIT_MS, &n, &answer);
	for (size_t i = 0; !e && i < g.n && i < ARRAY_SIZE(g.lines); i++)
		found(f, g.lines[i], mended);
	if (!e && g.n > ARRAY_SIZE(g.lines))
		found(f, text_fmt(a, "and %zu more of the git index", g.n - ARRAY_SIZE(g.lines)),
		      mended);
	db_use_arena(f->app->db, before);
	e = err_move(f->a, e);
	arena_free(a);
	return e;
}

/* ---- the database in itself */

static const struct err *check_rule(struct fsck *f, enum fsck_rule rule)
{
	struct fsck_row *v;
	const struct err *e;
	size_t n;

	arena_reset(f->a);
	e = db_fsck_find(f->app->db, rule, &v, &n);
	for (size_t i = 0; !e && i < n; i++) {
		bool mended = f->repair && !db_fsck_mend(f->app->db, rule, &v[i]);

		found(f,
		      text_fmt(f->a, "%s %.*s: kept %" PRIu64 ", counted %" PRIu64,
			       fsck_rule_text(rule), TEXT_F(v[i].name), v[i].kept, v[i].counted),
		      mended);
	}
	return e;
}

/* Mended by no longer being used, until the job keeps it. */
static const struct err *check_orders(struct fsck *f)
{
	static const char *const by[] = { "name", "downloads", "recent downloads", "update",
					  "creation" };
	const struct err *e = NULL;
	bool right;

	for (enum crate_sort sort = 0; !e && sort < ARRAY_SIZE(by); sort++) {
		arena_reset(f->a);
		e = db_crate_order_is_right(f->app->db, sort, &right);
		if (!e && !right)
			found(f,
			      text_fmt(f->a, "kept order of crates by %s: not that of its index",
				       by[sort]),
			      f->repair && !db_crate_orders_changed(f->app->db, 1U << sort));
	}
	return e;
}

static const struct err *run_all(struct fsck *f)
{
	const struct err *e = NULL;

	for (int rule = 0; !e && rule < FSCK_RULES; rule++)
		e = check_rule(f, (enum fsck_rule)rule);
	if (!e)
		e = check_orders(f);
	if (!e)
		e = verify_each(f->app, f->a, check_crate, f);
	if (!e)
		e = check_files(f);
	if (!e)
		e = check_config(f);
	if (!e && f->app->cfg->git_index.enabled)
		e = check_git_index(f);
	return e;
}

static int fsck(struct cli *c)
{
	struct fsck f = { .app = NULL };
	const struct cli_option options[] = {
		{ "--repair", &f.repair, NULL, NULL },
		{ "--hash", &f.hash, NULL, NULL },
		{ NULL, NULL, NULL, NULL },
	};
	struct texts rest;
	const struct err *e;
	int r;

	if (!cli_parse(c, options, 0, 0, &rest))
		return 2;
	if (!cli_open(c))
		return 1;
	f.app = c->app;
	f.a = arena_new(0);
	db_be_patient(f.app->db); /* it reads all there is */
	db_use_arena(f.app->db, f.a);
	e = run_all(&f);
	r = e ? cli_fail(e) : 0;
	db_use_arena(f.app->db, c->arena);
	arena_free(f.a);
	if (r)
		return r;
	if (f.without)
		(void)printf("%" PRIu64 " versions came with a dump and have no bytes here\n",
			     f.without);
	(void)printf("%" PRIu64 " found, %" PRIu64 " mended\n", f.found, f.mended);
	return f.found > f.mended ? 1 : 0;
}

const struct cli_command fsck_commands[] = {
	{ "fsck", "[--repair] [--hash]",
	  "proves that database, files and index agree; --hash reads every byte", fsck },
	CLI_END,
};
