/* serve: the master in the foreground. */
#include "app/cli/commands.h"
#include "app/jobs/runner.h"
#include "app/server/master.h"

static int serve(struct cli *c)
{
	static const struct master_hooks hooks = { .jobs = jobs_run };
	struct texts none;

	if (!cli_parse(c, NULL, 0, 0, &none))
		return 2;
	return master_run(c->config_path, &hooks);
}

const struct cli_command serve_commands[] = {
	{ "serve", "", "answers requests: SIGHUP reloads, SIGTERM drains and stops", serve },
	CLI_END,
};
