/* The table of contents of the command line, in the order of --help. */
#include "app/cli/commands.h"

const struct cli_command *const cli_lists[] = {
	serve_commands, jobs_commands, migrate_commands, config_commands, routes_commands, NULL,
};
