/*
 * check_typosquat: whether the name of a new crate is like that of a well-known one (contract/jobs.md 10). What is found goes
 * into the administrators' queue and to the addresses of mail.typosquat_to; nothing is refused for it.
 */
#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/jobs/kinds.h"
#include "app/server/app.h"
#include "db/crate.h"
#include "db/typosquat.h"

enum { RECIPIENTS_MAX = 100 };

struct asking {
	struct db *db;
	uint64_t crate_id;
	const struct err *e; /* of the first question that had no answer */
};

static bool is_kin(void *ctx, uint64_t other_id)
{
	struct asking *a = ctx;
	bool kin = true;

	if (!a->e)
		a->e = db_typosquat_kin(a->db, a->crate_id, other_id, &kin);
	return a->e || kin;
}

static struct texts recipients(struct job_run *r)
{
	struct text rest = r->app->cfg->mail.typosquat_to;
	struct texts to = { arena_array(r->arena, RECIPIENTS_MAX, sizeof(*to.v)), 0 };

	while (to.n < RECIPIENTS_MAX && config_list_next(&rest, &to.v[to.n]))
		to.n++;
	return to;
}

const struct err *job_check_typosquat_run(struct job_run *r)
{
	struct typosquat_crate *corpus;
	struct typosquat_hit *hits;
	struct asking asking = { .db = r->app->db };
	struct crate_row crate;
	struct texts to;
	struct text name;
	size_t n;
	const struct err *e = job_text(r, "name", &name);

	if (!e)
		e = db_crate_by_name(asking.db, name, &crate);
	if (!e)
		e = db_typosquat_corpus(asking.db, &corpus, &n);
	if (e)
		return e;
	asking.crate_id = crate.id;
	typosquat_sort(corpus, n);
	n = typosquat_find(r->arena, crate.name, corpus, n, is_kin, &asking, &hits);
	if (asking.e || !n)
		return asking.e;
	to = recipients(r);
	e = db_typosquat_found(asking.db, r->job, crate.id, hits, n, &to);
	r->ended = !e;
	return e;
}
