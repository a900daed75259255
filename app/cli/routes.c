/* routes: every route with its method, rights and limits, as the dispatcher knows them. */
#include "app/base/config.h"
#include "app/cli/commands.h"
#include "app/server/route.h"

#include <inttypes.h>
#include <stdio.h>

static const char *method_name(enum route_method m)
{
	return m == GET      ? "GET"
	       : m == PUT    ? "PUT"
	       : m == POST   ? "POST"
	       : m == DELETE ? "DELETE"
			     : "PATCH";
}

static const char *body_name(enum route_body b)
{
	static const char *const name[] = { "-", "json", "stream", "form" };

	return name[b];
}

static int print_route(const struct route *r)
{
	static const char *const auth[] = { "-", "cookie", "user", "scope", "admin", "late" };

	return printf("%-6s %-58s auth=%s%s%s%s%s%s body=%s max=%" PRIu64 "%s%s%s%s  # %s\n",
		      method_name(r->method), r->path, auth[r->auth], r->scope ? ":" : "",
		      r->scope ? r->scope : "", r->crate_param ? "(" : "",
		      r->crate_param ? r->crate_param : "", r->crate_param ? ")" : "",
		      body_name(r->body), r->body_max, r->no_db ? " no-db" : "",
		      r->no_store ? " no-store" : "", r->no_user_agent ? " no-user-agent" : "",
		      r->open ? " open" : "", r->doc ? r->doc : "");
}

static int routes(struct cli *c)
{
	struct texts none;

	if (!cli_parse(c, NULL, 0, 0, &none))
		return 2;
	for (size_t i = 0; route_lists[i]; i++)
		for (const struct route *r = route_lists[i]; r->path; r++)
			if (print_route(r) < 0)
				return cli_say("cannot write to standard output");
	return 0;
}

const struct cli_command routes_commands[] = {
	{ "routes", "", "prints every route with method, rights and limits", routes },
	CLI_END,
};
