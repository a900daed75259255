/* build-crate-zips: leaves jobs that make the zip archives of what was published before (contract/jobs.md 18). */
#include "app/base/arena.h"
#include "app/base/time.h"
#include "app/cli/commands.h"
#include "app/server/app.h"
#include "db/crate.h"
#include "db/job.h"
#include "db/zip.h"

#include <inttypes.h>

enum { NAMES_MAX = 1000, PRIORITY_DEFAULT = -20, PRIORITY_OTHERS = -50 };

struct zips {
	struct cli *c;
	struct arena *page;
	uint64_t n;
};

static const struct err *add_all(struct zips *z, const struct zip_version *v, size_t n)
{
	const struct err *e = NULL;

	for (size_t i = 0; !e && i < n; i++) {
		struct text data = text_fmt(z->page, "{\"version_id\":%" PRIu64 "}", v[i].id);

		e = db_job_add_later(z->c->app->db, &job_build_crate_zip, data,
				     v[i].is_default ? PRIORITY_DEFAULT : PRIORITY_OTHERS,
				     time_now_us(), NULL);
		z->n += !e;
	}
	return e;
}

/* crate_id 0: of all crates, those that have none yet. */
static const struct err *add_pages(struct zips *z, uint64_t crate_id)
{
	struct db *db = z->c->app->db;
	struct arena *before = db_arena(db);
	const struct err *e = NULL;
	struct zip_version *v;
	uint64_t after = 0;
	size_t n = 1;

	db_use_arena(db, z->page);
	while (!e && n) {
		arena_reset(z->page);
		e = crate_id ? db_zip_of_crate(db, crate_id, after, &v, &n)
			     : db_zip_missing(db, after, &v, &n);
		if (!e && n) {
			after = v[n - 1].id;
			e = add_all(z, v, n);
		}
	}
	db_use_arena(db, before);
	return err_move(z->c->arena, e);
}

/* CRATE or CRATE@VERSION */
static const struct err *add_named(struct zips *z, struct text what)
{
	struct db *db = z->c->app->db;
	struct crate_row crate;
	struct zip_version v;
	struct text num = what, name;
	const struct err *e;
	bool found;

	(void)text_cut(&num, '@', &name);
	e = db_crate_by_name(db, name, &crate);
	if (e || !num.p)
		return e ? e : add_pages(z, crate.id);
	e = db_zip_find(db, crate.name, num, &v, &found);
	if (!e && !found)
		e = err_new(z->c->arena, ERR_NOT_FOUND, "crate `%.*s` has no version `%.*s`",
			    TEXT_F(crate.name), TEXT_F(num));
	return e ? e : add_all(z, &v, 1);
}

static int build_crate_zips(struct cli *c)
{
	struct zips z = { .c = c };
	bool backfill = false;
	const struct cli_option options[] = { { "--backfill", .flag = &backfill }, { NULL } };
	const struct err *e = NULL;
	struct texts names;

	if (!cli_parse(c, options, 0, NAMES_MAX, &names))
		return 2;
	if (backfill == (names.n > 0))
		return cli_usage(c);
	if (!cli_open(c))
		return 1;
	z.page = arena_new(0);
	if (backfill)
		e = add_pages(&z, 0);
	for (size_t i = 0; !e && i < names.n; i++)
		e = add_named(&z, names.v[i]);
	arena_free(z.page);
	return e ? cli_fail(e) : cli_print(text_fmt(c->arena, "%" PRIu64 " jobs were added", z.n));
}

const struct cli_command zips_commands[] = {
	{ "build-crate-zips", "--backfill | CRATE[@VERSION]...",
	  "jobs make zip archives: of all versions that have none, or of these", build_crate_zips },
	CLI_END,
};
