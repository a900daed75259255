/* migrate: brings the schema up to date. */
#include "db/migrate.h"

#include "app/base/arena.h"
#include "app/cli/commands.h"
#include "app/server/app.h"

#include <inttypes.h>

static int migrate(struct cli *c)
{
	const struct err *e;
	struct texts none;
	uint64_t applied;

	if (!cli_parse(c, NULL, 0, 0, &none))
		return 2;
	if (!cli_open(c))
		return 1;
	e = db_migrate(c->app->db, &applied);
	if (e)
		return cli_fail(e);
	return cli_print(text_fmt(c->arena, "schema %" PRIu64 ", %" PRIu64 " applied",
				  db_schema_version(), applied));
}

const struct cli_command migrate_commands[] = {
	{ "migrate", "", "brings the schema of the database up to date", migrate },
	CLI_END,
};
