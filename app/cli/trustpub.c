/* trustpub grant, list, revoke: workflows of issuers that are neither GitHub nor GitLab, and what they may publish. */
#include "db/trustpub_grant.h"

#include "app/base/config.h"
#include "app/base/time.h"
#include "app/cli/commands.h"
#include "app/registry/trustpub_grant.h"
#include "app/server/app.h"
#include "db/crate.h"

#include <inttypes.h>
#include <stdio.h>

static bool issuer_listed(const struct config *cfg, struct text url)
{
	struct text rest = cfg->trustpub.issuers;
	struct config_issuer issuer;

	while (config_issuer_next(&rest, &issuer))
		if (issuer.kind == ISSUER_OIDC && text_eq(issuer.url, url))
			return true;
	return false;
}

static int grant(struct cli *c)
{
	struct crate_row crate;
	struct text claims, issuer;
	struct texts args;
	const char *why;
	const struct err *e;
	uint64_t id = 0;

	if (!cli_parse(c, NULL, 3, GRANT_CLAIMS_MAX + 2, &args))
		return 2;
	issuer = args.v[1];
	claims = grant_make(c->arena, (struct texts){ args.v + 2, args.n - 2 }, &why);
	if (!claims.p)
		return cli_say("%s", why);
	if (!cli_open(c))
		return 1;
	if (!issuer_listed(c->app->cfg, issuer))
		return cli_say("trustpub.issuers has no \"oidc %.*s\"", TEXT_F(issuer));
	e = db_crate_by_name(c->app->db, args.v[0], &crate);
	if (!e)
		e = db_trustpub_grant_add(c->app->db, crate.id, issuer, claims, &id);
	return e ? cli_fail(e) : cli_print(text_fmt(c->arena, "%" PRIu64, id));
}

static void print_grant(const struct trustpub_grant *g)
{
	(void)printf("%" PRIu64 "\t%.*s\t%.*s\t%.*s\t%s\n", g->id, TEXT_F(g->crate),
		     TEXT_F(g->issuer), TEXT_F(g->claims), time_rfc3339_s(g->created_us).s);
}

static int list(struct cli *c)
{
	struct trustpub_grant *v;
	uint64_t after = 0;
	struct texts args;
	const struct err *e;
	size_t n;

	if (!cli_parse(c, NULL, 0, 0, &args))
		return 2;
	if (!cli_open(c))
		return 1;
	do {
		e = db_trustpub_grants(c->app->db, after, &v, &n);
		if (e)
			return cli_fail(e);
		for (size_t i = 0; i < n; i++)
			print_grant(&v[i]);
		after = n ? v[n - 1].id : 0;
	} while (n == GRANTS_PAGE);
	return 0;
}

static int revoke(struct cli *c)
{
	struct texts args;
	const struct err *e;
	uint64_t id;
	bool found;

	if (!cli_parse(c, NULL, 1, 1, &args))
		return 2;
	if (!text_u64(args.v[0], 1, INT64_MAX, &id))
		return cli_say("a grant is named by its number");
	if (!cli_open(c))
		return 1;
	e = db_trustpub_grant_delete(c->app->db, id, &found);
	if (e)
		return cli_fail(e);
	return found ? 0 : cli_say("there is no such grant");
}

const struct cli_command trustpub_commands[] = {
	{ "trustpub grant", "CRATE ISSUER CLAIM=VALUE|CLAIM=BEGINNING*...",
	  "lets workflows of an oidc issuer publish a crate; prints the grant's number", grant },
	{ "trustpub list", "", "prints number, crate, issuer, claims and age of all grants", list },
	{ "trustpub revoke", "NUMBER", "takes a grant back", revoke },
	CLI_END,
};
