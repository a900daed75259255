/* config check, check-sql: what is in force, and whether the statements fit the database. */
#include "app/base/config.h"
#include "app/cli/commands.h"
#include "app/server/app.h"
#include "db/check.h"

static int config_check(struct cli *c)
{
	const struct config *cfg;
	struct texts none;
	struct text all;

	if (!cli_parse(c, NULL, 0, 0, &none))
		return 2;
	cfg = cli_config(c);
	if (!cfg)
		return 1;
	all = config_print(c->arena, cfg);
	return cli_print(text_sub(all, 0, all.n - 1));
}

static int config_check_sql(struct cli *c)
{
	const struct err *e;
	struct texts none;

	if (!cli_parse(c, NULL, 0, 0, &none))
		return 2;
	if (!cli_open(c))
		return 1;
	e = db_check_sql(c->app->db);
	return e ? cli_fail(e) : cli_print(TEXT("every statement fits the schema"));
}

const struct cli_command config_commands[] = {
	{ "config check", "",
	  "prints every key with the value in force, or what is wrong with the file",
	  config_check },
	{ "config check-sql", "", "prepares every statement and compares it with the schema",
	  config_check_sql },
	CLI_END,
};
