#include "app/index/git_sync.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/index/sparse.h"
#include "app/index/verify.h"
#include "app/registry/name.h"
#include "db/derived.h"
#include "db/job.h"

#include <time.h>
#include <unistd.h>

enum {
	LOOKS = 3,
	LOOK_AGAIN_MS = 900,
};

/* ---- one crate */

static const struct err *send_crate(const struct app *app, struct git_client *g, struct text name,
				    bool own_commit)
{
	struct arena *a = db_arena(app->db);
	struct git_record r = { .op = own_commit ? GIT_OP_CRATE : GIT_OP_FILE,
				.name = own_commit ? name : TEXT_NONE,
				.path = index_path(a, name) };
	struct db_index_state state;
	struct sparse s = { .path = TEXT_NONE };
	const struct err *e;
	bool found;

	e = db_index_state(app->db, canon_name(a, name), &state, &found);
	if (!e && found)
		e = sparse_read(app->db, &state, app->cfg->registry.pubtime, &s);
	if (e)
		return e;
	/* `foo-bar` that was published anew as `foo_bar` has gone from where it was */
	if (text_eq(s.path, r.path))
		r.bytes = s.bytes;
	return git_client_say(g, &r);
}

const struct err *git_sync_crate(const struct app *app, struct arena *a, struct git_client *g,
				 struct text name, bool own_commit)
{
	struct arena *before = db_arena(app->db), *step;
	const struct err *e = name_check(a, NAME_CRATE, name);

	if (e)
		return e;
	step = arena_new(0);
	db_use_arena(app->db, step);
	e = err_move(a, send_crate(app, g, name, own_commit));
	db_use_arena(app->db, before);
	arena_free(step);
	return e;
}

/* ---- config.json */

static const struct err *send_config(const struct app *app, struct arena *a, struct git_client *g)
{
	return git_client_say(g, &(struct git_record){ .op = GIT_OP_FILE,
						       .path = TEXT("config.json"),
						       .bytes = sparse_config_json(a, app->cfg) });
}

static const struct err *send_commit(struct git_client *g, struct text message)
{
	return git_client_say(g, &(struct git_record){ .op = GIT_OP_COMMIT, .bytes = message });
}

const struct err *git_sync_config(const struct app *app, struct arena *a, struct git_client *g)
{
	const struct err *e = send_config(app, a, g);

	return e ? e : send_commit(g, TEXT("Update config.json"));
}

/* ---- all of them */

struct all {
	const struct app *app;
	struct git_client *g;
	uint64_t n;
};

static const struct err *send_one(void *ctx, struct text canon)
{
	struct all *all = ctx;
	struct db_index_state state;
	const struct err *e;
	struct sparse s;
	bool found;

	e = db_index_state(all->app->db, canon, &state, &found);
	if (e || !found)
		return e;
	e = sparse_read(all->app->db, &state, all->app->cfg->registry.pubtime, &s);
	if (e || !s.bytes.p)
		return e;
	all->n++;
	return git_client_say(
		all->g,
		&(struct git_record){ .op = GIT_OP_FILE, .path = s.path, .bytes = s.bytes });
}

const struct err *git_sync_all(const struct app *app, struct arena *step, struct git_client *g,
			       uint64_t *ret_n)
{
	struct all all = { .app = app, .g = g };
	const struct err *e = send_config(app, step, g);

	if (!e)
		e = verify_each(app, step, send_one, &all);
	*ret_n = all.n;
	return e;
}

static const struct err *say_op(struct git_client *g, enum git_op op)
{
	return git_client_say(g, &(struct git_record){ .op = op });
}

bool git_is_made(const struct app *app, struct arena *a)
{
	static const char *const refs[] = { "refs/heads/master", "packed-refs" };
	bool made = false;

	for (size_t i = 0; i < ARRAY_SIZE(refs); i++)
		made = made || !access(text_z(a, text_fmt(a, "%.*s/%sgit/index/%s",
							  TEXT_F(app->cfg->data.dir),
							  config_served(app->cfg), refs[i])),
				       F_OK);
	return made;
}

static const struct err *rebuild(const struct app *app, struct arena *a, struct arena *step,
				 uint64_t wait_ms, uint64_t *ret_n, struct git_answer *ret)
{
	struct git_client *g;
	const struct err *e = git_client_new(app, a, wait_ms, &g);

	if (e)
		return e;
	e = say_op(g, GIT_OP_WHOLE);
	if (!e)
		e = git_sync_all(app, step, g, ret_n);
	if (!e)
		e = send_commit(g, TEXT("Rebuild index"));
	if (!e)
		e = git_client_end(g, ret);
	git_client_free(g);
	return e;
}

static const struct err *pack_all(const struct app *app, struct arena *a)
{
	struct git_client *g;
	struct git_answer answer;
	const struct err *e = git_client_new(app, a, GIT_REBUILD_WAIT_MS, &g);

	if (e)
		return e;
	e = say_op(g, GIT_OP_PACK_ALL);
	if (!e)
		e = git_client_end(g, &answer);
	git_client_free(g);
	return e;
}

const struct err *git_rebuild(const struct app *app, struct arena *step, uint64_t wait_ms,
			      uint64_t *ret_n, struct git_answer *ret)
{
	struct arena *a = db_arena(app->db);
	const struct err *e = rebuild(app, a, step, wait_ms, ret_n, ret);

	return e || !ret->commits ? e : pack_all(app, a);
}

/* ---- fsck */

static const struct err *compare(const struct app *app, struct arena *a, struct arena *step,
				 struct git_answer *ret)
{
	struct git_client *g;
	uint64_t n;
	const struct err *e = git_client_new(app, a, GIT_REBUILD_WAIT_MS, &g);

	if (e)
		return e;
	e = say_op(g, GIT_OP_COMPARE);
	if (!e)
		e = git_sync_all(app, step, g, &n);
	if (!e)
		e = git_client_end(g, ret);
	git_client_free(g);
	return e;
}

/* Whether a job is waiting that makes the file at this path right. */
static const struct err *is_waiting(const struct app *app, struct arena *a, struct text path,
				    bool *ret)
{
	struct text rest = path, last = path;
	struct db_index_state state;
	const struct err *e;
	struct job job;
	bool found;

	while (text_cut(&rest, '/', &last))
		;
	*ret = false;
	e = db_index_state(app->db, canon_name(a, last), &state, &found);
	if (e || !found)
		return e;
	return db_job_waiting(app->db, &job_sync_to_git_index, db_index_git_data(a, state.name),
			      &job, ret);
}

/* Those that no job waits for, moved to the front; *ret_n of them. */
static const struct err *sort_out(const struct app *app, struct arena *a, struct texts paths,
				  size_t *ret_n)
{
	const struct err *e = NULL;
	bool waiting;

	*ret_n = 0;
	for (size_t i = 0; !e && i < paths.n; i++) {
		e = is_waiting(app, a, paths.v[i], &waiting);
		if (!e && !waiting)
			paths.v[(*ret_n)++] = paths.v[i];
	}
	return e;
}

static void tell(struct arena *a, const struct verify_sink *sink, const struct git_answer *found,
		 size_t n)
{
	for (size_t i = 0; i < n; i++)
		sink->wrong(sink->ctx, text_fmt(a, "git index: %.*s differs from the database",
						TEXT_F(found->differ.v[i])));
	if (found->ndiffer > found->differ.n)
		sink->wrong(sink->ctx,
			    text_fmt(a, "git index: and %llu more",
				     (unsigned long long)(found->ndiffer - found->differ.n)));
}

const struct err *git_verify(const struct app *app, struct arena *step,
			     const struct verify_sink *sink, bool *ret_differs)
{
	const struct timespec pause = { .tv_nsec = LOOK_AGAIN_MS * 1000L * 1000 };
	struct arena *a = db_arena(app->db);
	struct git_answer found = { .ndiffer = 0 };
	const struct err *e = NULL;
	size_t n = 1;

	for (int look = 0; !e && n && look < LOOKS; look++) {
		if (look)
			(void)nanosleep(&pause, NULL);
		e = compare(app, a, step, &found);
		if (!e)
			e = sort_out(app, a, found.differ, &n);
	}
	if (e)
		return e;
	*ret_differs = n > 0;
	if (n)
		tell(a, sink, &found, n);
	return NULL;
}
