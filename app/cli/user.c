/* user create, lock, unlock, list: accounts. */
#include "db/user.h"

#include "app/base/arena.h"
#include "app/base/time.h"
#include "app/cli/commands.h"
#include "app/server/app.h"

#include <inttypes.h>
#include <stdio.h>

enum { LOGIN_MAX = 255 };

/* What stands in URLs and file names elsewhere: letters, digits, '-', '_' and '.', as GitHub's and GitLab's logins. */
static bool login_ok(struct text login)
{
	for (size_t i = 0; i < login.n; i++)
		if (!char_is_alnum(login.p[i]) && login.p[i] != '-' && login.p[i] != '_' &&
		    login.p[i] != '.')
			return false;
	return login.n && login.n <= LOGIN_MAX && login.p[0] != '.' && login.p[0] != '-';
}

static int create(struct cli *c)
{
	struct text gh_id = TEXT_NONE;
	struct user_new u = { .login = TEXT_NONE };
	bool unverified = false;
	struct texts args;
	const struct cli_option options[] = {
		{ .name = "--name", .value = &u.name },
		{ .name = "--email", .value = &u.email },
		{ .name = "--avatar", .value = &u.avatar },
		{ .name = "--github-id", .value = &gh_id },
		{ .name = "--unverified", .flag = &unverified },
		{ .name = "--admin", .flag = &u.is_admin },
		{ .name = NULL },
	};
	const struct err *e;
	uint64_t id;

	if (!cli_parse(c, options, 1, 1, &args))
		return 2;
	u.login = args.v[0];
	u.verified = u.email.p && !unverified;
	if (!login_ok(u.login))
		return cli_say("a login is letters, digits, '-', '_' and '.', at most %d",
			       (int)LOGIN_MAX);
	if (u.email.p && !text_has_byte(u.email, '@'))
		return cli_say("%.*s is no e-mail address", TEXT_F(u.email));
	if (gh_id.p && !text_i64(gh_id, 1, INT64_MAX, &u.gh_id))
		return cli_say("--github-id is a number from 1 on");
	if (!cli_open(c))
		return 1;
	e = db_user_add(c->app->db, &u, &id);
	if (e)
		return cli_fail(e);
	return cli_print(text_fmt(c->arena, "user %.*s created, id %" PRIu64, TEXT_F(u.login), id));
}

static int lock(struct cli *c)
{
	struct text reason = TEXT_NONE, until = TEXT_NONE;
	const struct cli_option options[] = {
		{ .name = "--reason", .value = &reason },
		{ .name = "--until", .value = &until },
		{ .name = NULL },
	};
	struct opt_i64 until_us = { .set = false };
	struct user_row u;
	struct texts args;
	const struct err *e;

	if (!cli_parse(c, options, 1, 1, &args))
		return 2;
	if (!reason.n)
		return cli_say("--reason is what the user will read");
	if (until.p) {
		until_us.set = true;
		if (!time_parse_rfc3339(until, &until_us.v))
			return cli_say("--until is a time such as 2026-08-01T12:00:00Z");
	}
	if (!cli_user(c, args.v[0], &u))
		return 1;
	e = db_user_lock(c->app->db, u.id, reason, until_us);
	return e ? cli_fail(e) : 0;
}

static int unlock(struct cli *c)
{
	struct user_row u;
	struct texts args;
	const struct err *e;

	if (!cli_parse(c, NULL, 1, 1, &args))
		return 2;
	if (!cli_user(c, args.v[0], &u))
		return 1;
	e = db_user_lock(c->app->db, u.id, TEXT_NONE, (struct opt_i64){ .set = false });
	return e ? cli_fail(e) : 0;
}

static void print_user(const struct user_row *u)
{
	bool unverified = u->email.p && !(u->email_verified.set && u->email_verified.v);

	(void)printf("%" PRIu64 "\t%.*s\t%.*s%s\t%s%s\n", u->id, TEXT_F(u->login), TEXT_F(u->email),
		     unverified ? " (unverified)" : "", u->is_admin ? "admin" : "",
		     u->lock_reason.p ? " locked" : "");
}

static int list(struct cli *c)
{
	struct user_row *rows;
	const struct err *e;
	struct texts none;
	uint64_t after = 0;
	size_t n;

	if (!cli_parse(c, NULL, 0, 0, &none))
		return 2;
	if (!cli_open(c))
		return 1;
	do {
		e = db_user_list(c->app->db, after, &rows, &n);
		if (e)
			return cli_fail(e);
		for (size_t i = 0; i < n; i++)
			print_user(&rows[i]);
		after = n ? rows[n - 1].id : 0;
	} while (n == USER_LIST_MAX);
	return 0;
}

const struct cli_command user_commands[] = {
	{ "user create",
	  "LOGIN [--name NAME] [--email ADDRESS [--unverified]] [--github-id N] [--avatar URL] "
	  "[--admin]",
	  "makes an account", create },
	{ "user lock", "LOGIN --reason TEXT [--until TIME]",
	  "refuses everything the account asks for", lock },
	{ "user unlock", "LOGIN", "takes the lock back", unlock },
	{ "user list", "", "prints id, login, address and rights of every account", list },
	CLI_END,
};
