/* config check: what is in force. */
#include "app/base/config.h"
#include "app/cli/commands.h"

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

const struct cli_command config_commands[] = {
	{ "config check", "",
	  "prints every key with the value in force, or what is wrong with the file",
	  config_check },
	CLI_END,
};
