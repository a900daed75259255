/* token create, list, revoke, verify: API tokens. */
#include "db/token.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/jw.h"
#include "app/base/time.h"
#include "app/cli/commands.h"
#include "app/registry/name.h"
#include "app/registry/scope.h"
#include "app/server/app.h"
#include "app/server/auth.h"

#include <inttypes.h>
#include <stdio.h>

enum { SCOPES_MAX_BYTES = 64 * 1024, DAYS_MAX = 36500 };

static bool scopes_ok(struct texts scopes, bool (*ok)(struct text scope), const char *what)
{
	for (size_t i = 0; i < scopes.n; i++)
		if (!ok(scopes.v[i])) {
			(void)cli_say("%.*s is no %s", TEXT_F(scopes.v[i]), what);
			return false;
		}
	return true;
}

/* A JSON list as the database has it; absent for none: a token of the old kind, which may do everything. */
static struct text scopes_json(struct arena *a, struct texts scopes)
{
	struct buf b = buf_init(a, SCOPES_MAX_BYTES);
	struct jw j = jw_init(&b);

	if (!scopes.n)
		return TEXT_NONE;
	jw_array(&j, NULL);
	for (size_t i = 0; i < scopes.n; i++)
		jw_text(&j, NULL, scopes.v[i]);
	jw_end(&j);
	return buf_text(&b);
}

/* "30d", or a time. */
static bool parse_expiry(struct text t, struct opt_i64 *ret)
{
	uint64_t days;

	ret->set = true;
	if (text_ends(t, TEXT("d")) && text_u64(text_sub(t, 0, t.n - 1), 1, DAYS_MAX, &days)) {
		ret->v = time_now_us() + (int64_t)days * 86400 * US_PER_S;
		return true;
	}
	return time_parse_rfc3339(t, &ret->v);
}

static int create(struct cli *c)
{
	struct texts args, scopes = { 0 }, crates = { 0 };
	struct text expires = TEXT_NONE, token;
	const struct cli_option options[] = {
		{ .name = "--scope", .list = &scopes },
		{ .name = "--crate", .list = &crates },
		{ .name = "--expires", .value = &expires },
		{ .name = NULL },
	};
	struct token_new t = { .user_id = 0 };
	struct token_row row;
	struct user_row u;
	const struct err *e;

	if (!cli_parse(c, options, 2, 2, &args))
		return 2;
	if (!scopes_ok(scopes, endpoint_scope_is_valid, "scope") ||
	    !scopes_ok(crates, crate_scope_is_valid, "pattern of crate names"))
		return 1;
	if (expires.p && !parse_expiry(expires, &t.expired_us))
		return cli_say(
			"--expires is a time such as 2026-08-01T12:00:00Z, or days such as 90d");
	if (!args.v[1].n || !text_is_utf8(args.v[1]))
		return cli_say("a token needs a name");
	if (!cli_user(c, args.v[0], &u))
		return 1;
	t.user_id = u.id;
	t.name = args.v[1];
	t.endpoint_scopes = scopes_json(c->arena, scopes);
	t.crate_scopes = scopes_json(c->arena, crates);
	token = auth_new_secret(c->arena, "cht_", &t.hash);
	e = db_token_add(c->app->db, &t, &row);
	return e ? cli_fail(e) : cli_print(token);
}

static void print_token(const struct token_row *t)
{
	(void)printf("%" PRIu64 "\t%.*s\t%s\t%.*s\t%.*s\n", t->id, TEXT_F(t->name),
		     t->expired_us.set ? time_rfc3339_s(t->expired_us.v).s : "-",
		     TEXT_F(t->endpoint_scopes.p ? t->endpoint_scopes : TEXT("-")),
		     TEXT_F(t->crate_scopes.p ? t->crate_scopes : TEXT("-")));
}

static int list(struct cli *c)
{
	struct token_row *rows;
	struct user_row u;
	struct texts args;
	const struct err *e;
	size_t n;

	if (!cli_parse(c, NULL, 1, 1, &args))
		return 2;
	if (!cli_user(c, args.v[0], &u))
		return 1;
	e = db_token_list(c->app->db, u.id, time_now_us(), &rows, &n);
	if (e)
		return cli_fail(e);
	for (size_t i = 0; i < n; i++)
		print_token(&rows[i]);
	return 0;
}

/* 0: the one argument as a token's hash, with everything open; else the exit status. */
static int take_token(struct cli *c, struct sha256 *ret)
{
	struct texts args;
	struct text token;

	if (!cli_parse(c, NULL, 1, 1, &args))
		return 2;
	if (!cli_secret(c, args.v[0], &token) || !cli_open(c))
		return 1;
	*ret = sha256_of(token);
	return 0;
}

static int revoke(struct cli *c)
{
	struct sha256 hash;
	const struct err *e;
	bool found;
	int status = take_token(c, &hash);

	if (status)
		return status;
	e = db_token_revoke_hash(c->app->db, &hash, &found);
	if (e)
		return cli_fail(e);
	return found ? 0 : cli_say("there is no such token");
}

static int verify(struct cli *c)
{
	struct token_auth t;
	struct sha256 hash;
	const struct err *e;
	bool found;
	int status = take_token(c, &hash);

	if (status)
		return status;
	e = db_token_auth(c->app->db, &hash, &t, &found);
	if (e)
		return cli_fail(e);
	if (!found)
		return cli_say("the token is unknown, revoked or has run out");
	return cli_print(t.user.login);
}

const struct cli_command token_commands[] = {
	{ "token create", "LOGIN NAME [--scope S]... [--crate PATTERN]... [--expires TIME|DAYSd]",
	  "makes an API token and prints it once, alone on a line", create },
	{ "token list", "LOGIN", "prints id, name, end and scopes of the account's tokens", list },
	{ "token revoke", "TOKEN|-", "makes a token worthless (-: read from standard input)",
	  revoke },
	{ "token verify", "TOKEN|-", "prints whose token it is, if it is good", verify },
	CLI_END,
};
