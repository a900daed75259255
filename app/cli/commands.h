/* The families of sub-commands; each array is in the file of its name. */
#pragma once

#include "app/cli/cli.h"

extern const struct cli_command config_commands[];
extern const struct cli_command mail_commands[];
extern const struct cli_command import_commands[];
extern const struct cli_command import_dump_commands[];
extern const struct cli_command import_advisories_commands[];
extern const struct cli_command jobs_commands[];
extern const struct cli_command crate_commands[];
extern const struct cli_command fsck_commands[];
extern const struct cli_command migrate_commands[];
extern const struct cli_command rebuild_commands[];
extern const struct cli_command routes_commands[];
extern const struct cli_command serve_commands[];
extern const struct cli_command session_commands[];
extern const struct cli_command token_commands[];
extern const struct cli_command trustpub_commands[];
extern const struct cli_command user_commands[];
extern const struct cli_command zips_commands[];
