/* rebuild: derived data, made anew from the database and the crate files. */
#include "app/base/arena.h"
#include "app/cli/commands.h"
#include "app/index/settle.h"
#include "app/index/sparse.h"
#include "app/index/verify.h"
#include "app/server/app.h"
#include "db/db.h"

#include <inttypes.h>
#include <stdio.h>

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

static const struct {
	const char *name;
	const struct err *(*fn)(struct rebuild *r);
} targets[] = {
	{ "index", rebuild_index },
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
	r.a = arena_new(0);
	for (size_t i = 0; !e && i < ARRAY_SIZE(targets); i++)
		if (all || text_eq(rest.v[0], text_from(targets[i].name)))
			e = targets[i].fn(&r);
	status = e ? cli_fail(e) : 0;
	arena_free(r.a);
	return status;
}

const struct cli_command rebuild_commands[] = {
	{ "rebuild", "index|all", "derived data, made anew", rebuild },
	CLI_END,
};
