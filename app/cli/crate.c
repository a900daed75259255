/* crate yank, unyank, owners, delete; version delete: what an operator does to crates, whoever owns them. */
#include "db/crate.h"
#include "app/base/arena.h"
#include "app/base/time.h"
#include "app/cli/commands.h"
#include "app/index/publish.h"
#include "app/server/app.h"
#include "db/job.h"
#include "db/owner.h"
#include "db/user.h"

#include <inttypes.h>

enum { ARGS_MAX = 1000 };

/* ---- crate yank, crate unyank */

static const struct err *set_yanked(struct cli *c, const struct crate_row *crate, struct text num,
				    bool yanked, struct text message)
{
	struct yank_in in = { .crate_id = crate->id,
			      .yanked = { true, yanked },
			      .message = message };
	struct version_row v;
	struct yank_out out;
	const struct err *e = db_version_by_num(c->app->db, crate->id, crate->name, num, &v);

	if (e)
		return e;
	in.version_id = v.id;
	return yank_commit(c->app, c->arena, &in, &out);
}

static int yank_or_unyank(struct cli *c, bool yanked)
{
	struct text message = TEXT_NONE;
	const struct cli_option options[] = {
		{ .name = "--message", .value = &message },
		{ .name = NULL },
	};
	struct crate_row crate;
	struct texts args;
	const struct err *e;

	if (!cli_parse(c, yanked ? options : NULL, 2, ARGS_MAX, &args))
		return 2;
	if (!cli_open(c))
		return 1;
	e = db_crate_by_name(c->app->db, args.v[0], &crate);
	for (size_t i = 1; !e && i < args.n; i++)
		e = set_yanked(c, &crate, args.v[i], yanked, message);
	return e ? cli_fail(e) : 0;
}

static int crate_yank(struct cli *c)
{
	return yank_or_unyank(c, true);
}

static int crate_unyank(struct cli *c)
{
	return yank_or_unyank(c, false);
}

/* ---- crate owners */

static const struct err *change_owners(struct cli *c, const struct crate_row *crate,
				       struct texts add, struct texts remove)
{
	struct owner_change change = { .crate_id = crate->id,
				       .crate = crate->name,
				       .by_operator = true,
				       .invite_at_once = true,
				       .logins = add };
	const struct err *e = NULL;

	if (add.n)
		e = db_owners_add(c->app->db, &change);
	change.logins = remove;
	if (!e && remove.n)
		e = db_owners_remove(c->app->db, &change);
	return e;
}

/* Also after a change: what it is now, one a line. */
static int crate_owners(struct cli *c)
{
	struct texts add = { NULL, 0 }, remove = { NULL, 0 }, args;
	const struct cli_option options[] = {
		{ .name = "--add", .list = &add },
		{ .name = "--remove", .list = &remove },
		{ .name = NULL },
	};
	struct crate_row crate;
	struct owner_view *v;
	const struct err *e;
	int r = 0;
	size_t n;

	if (!cli_parse(c, options, 1, 1, &args))
		return 2;
	if (add.n > OWNER_CHANGES_MAX || remove.n > OWNER_CHANGES_MAX)
		return cli_say("at most %d owners at a time", (int)OWNER_CHANGES_MAX);
	if (!cli_open(c))
		return 1;
	e = db_crate_by_name(c->app->db, args.v[0], &crate);
	if (!e)
		e = change_owners(c, &crate, add, remove);
	if (!e)
		e = db_owners(c->app->db, crate.id, &v, &n);
	if (e)
		return cli_fail(e);
	for (size_t i = 0; !r && i < n; i++)
		r = cli_print(v[i].login);
	return r;
}

/* ---- crate delete, version delete */

static int say_yes(void)
{
	return cli_say("nothing is done without --yes: what is deleted cannot be brought back");
}

static const struct err *delete_crate(struct cli *c, struct text name, struct delete_in *in)
{
	struct crate_row crate;
	struct delete_out out;
	const struct err *e = db_crate_by_name(c->app->db, name, &crate);

	if (e)
		return e;
	in->crate_id = crate.id;
	e = delete_commit(c->app, c->arena, in, &out);
	if (!e)
		(void)cli_print(text_fmt(c->arena, "%.*s deleted", TEXT_F(out.name)));
	return e;
}

static const struct err *find_user(struct cli *c, struct text login, uint64_t *ret)
{
	struct user_row user;
	const struct err *e = db_user_by_login(c->app->db, login, &user);

	if (!e)
		*ret = user.id;
	return err_is(e, ERR_NOT_FOUND)
		       ? err_new(c->arena, ERR_INVALID, "there is no user `%.*s`", TEXT_F(login))
		       : e;
}

static int crate_delete(struct cli *c)
{
	struct text by = TEXT_NONE, hours = TEXT_NONE;
	struct delete_in in = { .message = TEXT_NONE };
	uint64_t rest_hours = DELETE_REST_HOURS;
	bool yes = false;
	const struct cli_option options[] = {
		{ .name = "--by", .value = &by },
		{ .name = "--message", .value = &in.message },
		{ .name = "--hours", .value = &hours },
		{ .name = "--yes", .flag = &yes },
		{ .name = NULL },
	};
	const struct err *e = NULL;
	struct texts args;

	if (!cli_parse(c, options, 1, ARGS_MAX, &args))
		return 2;
	if (hours.p && !text_u64(hours, 0, DELETE_REST_HOURS_MAX, &rest_hours))
		return cli_say("--hours is a number");
	if (!yes)
		return say_yes();
	if (!cli_open(c))
		return 1;
	in.availability_s = (int64_t)rest_hours * 3600;
	if (by.p)
		e = find_user(c, by, &in.user_id);
	for (size_t i = 0; !e && i < args.n; i++)
		e = delete_crate(c, args.v[i], &in);
	return e ? cli_fail(e) : 0;
}

static const struct err *delete_version(struct cli *c, const struct crate_row *crate,
					struct text num)
{
	struct delete_in in = { .crate_id = crate->id };
	struct delete_out out;
	struct version_row v;
	const struct err *e = db_version_by_num(c->app->db, crate->id, crate->name, num, &v);

	if (e)
		return e;
	in.version_id = v.id;
	e = delete_commit(c->app, c->arena, &in, &out);
	if (!e)
		(void)cli_print(
			text_fmt(c->arena, "%.*s %.*s deleted", TEXT_F(out.name), TEXT_F(out.num)));
	return e;
}

static int version_delete(struct cli *c)
{
	bool yes = false;
	const struct cli_option options[] = {
		{ .name = "--yes", .flag = &yes },
		{ .name = NULL },
	};
	struct crate_row crate;
	struct texts args;
	const struct err *e;

	if (!cli_parse(c, options, 2, ARGS_MAX, &args))
		return 2;
	if (!yes)
		return say_yes();
	if (!cli_open(c))
		return 1;
	e = db_crate_by_name(c->app->db, args.v[0], &crate);
	for (size_t i = 1; !e && i < args.n; i++)
		e = delete_version(c, &crate, args.v[i]);
	return e ? cli_fail(e) : 0;
}

/* ---- crate check-typosquat */

static int crate_check_typosquat(struct cli *c)
{
	struct crate_row crate;
	struct texts args;
	uint64_t id;
	const struct err *e;

	if (!cli_parse(c, NULL, 1, 1, &args))
		return 2;
	if (!cli_open(c))
		return 1;
	e = db_crate_by_name(c->app->db, args.v[0], &crate);
	if (!e)
		e = db_job_add(c->app->db, &job_check_typosquat,
			       text_fmt(c->arena, "{\"name\":\"%.*s\"}", TEXT_F(crate.name)), &id);
	return e ? cli_fail(e) : cli_print(text_fmt(c->arena, "%" PRIu64, id));
}

const struct cli_command crate_commands[] = {
	{ "crate yank", "NAME VERSION... [--message TEXT]", "takes versions out of new resolutions",
	  crate_yank },
	{ "crate unyank", "NAME VERSION...", "undoes that", crate_unyank },
	{ "crate owners", "NAME [--add LOGIN]... [--remove LOGIN]...",
	  "prints the owners, after changing them; nobody is asked", crate_owners },
	{ "crate delete", "NAME... --yes [--by LOGIN] [--message TEXT] [--hours N]",
	  "deletes crates; their names rest for N hours (24)", crate_delete },
	{ "version delete", "NAME VERSION... --yes",
	  "deletes versions; their numbers are free again", version_delete },
	{ "crate check-typosquat", "NAME",
	  "a job looks whether the name is like that of a well-known crate",
	  crate_check_typosquat },
	CLI_END,
};
