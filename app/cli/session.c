/* session create: signs an account in from the command line. */
#include "db/session.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/time.h"
#include "app/cli/commands.h"
#include "app/server/app.h"
#include "app/server/auth.h"

enum { LINK_S = 600 };

static int print_link(struct cli *c, uint64_t user_id)
{
	const struct config *cfg = c->app->cfg;
	struct sha256 hash;
	struct text secret = auth_new_secret(c->arena, "", &hash);
	const struct err *e = db_link_add(c->app->db, &hash, "sign-in", user_id,
					  time_now_us() + (int64_t)LINK_S * US_PER_S);

	if (e)
		return cli_fail(e);
	return cli_print(
		text_fmt(c->arena, "%.*s/sign-in/%.*s", TEXT_F(cfg->site.url), TEXT_F(secret)));
}

static int create(struct cli *c)
{
	bool link = false;
	const struct cli_option options[] = {
		{ .name = "--link", .flag = &link },
		{ .name = NULL },
	};
	struct sha256 unused;
	struct session_new s = { .user_id.set = true };
	const struct err *e;
	struct texts args;
	struct user_row u;
	struct text secret;
	uint64_t id;

	if (!cli_parse(c, options, 1, 1, &args))
		return 2;
	if (!cli_user(c, args.v[0], &u))
		return 1;
	if (link)
		return print_link(c, u.id);
	secret = auth_new_secret(c->arena, "", &s.hash);
	s.user_id.v = u.id;
	s.form_token = auth_new_secret(c->arena, "", &unused);
	s.how = "the command line";
	s.from.user_agent = TEXT("cratehouse session create");
	s.expires_us = time_now_us() + (int64_t)c->app->cfg->auth.session_days * 86400 * US_PER_S;
	e = db_session_add(c->app->db, &s, &id);
	if (e)
		return cli_fail(e);
	return cli_print(
		text_fmt(c->arena, "%s=%.*s", auth_cookie_name(c->app->cfg), TEXT_F(secret)));
}

const struct cli_command session_commands[] = {
	{ "session create", "LOGIN [--link]",
	  "prints NAME=VALUE for a Cookie header, or a link that signs in once within ten minutes",
	  create },
	CLI_END,
};
