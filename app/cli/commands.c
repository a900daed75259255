/* The table of contents of the command line, in the order of --help. */
#include "app/cli/commands.h"

/* clang-format off */
const struct cli_command *const cli_lists[] = { /* one a line, so that two people can add one */
	serve_commands,
	jobs_commands,
	migrate_commands,
	user_commands,
	token_commands,
	session_commands,
	trustpub_commands,
	crate_commands,
	import_commands,
	import_dump_commands,
	import_advisories_commands,
	rebuild_commands,
	zips_commands,
	fsck_commands,
	config_commands,
	mail_commands,
	routes_commands,
	NULL,
};
/* clang-format on */
