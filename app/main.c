/* cratehouse: finds the sub-command and hands over. */
#include "config.h"

#include "app/base/arena.h"
#include "app/base/log.h"
#include "app/cli/cli.h"
#include "app/server/child.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int help(FILE *to)
{
	(void)fputs("usage: cratehouse [-c FILE] [--debug] COMMAND ...\n\n", to);
	for (size_t i = 0; cli_lists[i]; i++)
		for (const struct cli_command *c = cli_lists[i]; c->name; c++)
			(void)fprintf(to, "  %s%s%s\n      %s\n", c->name, *c->usage ? " " : "",
				      c->usage, c->help);
	(void)fputs("\nWithout a command, and with a listening socket on descriptor 0, it is one "
		    "worker there.\n"
		    "The configuration is FILE, else $CRATEHOUSE_CONFIG, else the installed one.\n",
		    to);
	return to == stdout ? 0 : 2;
}

static int version(void)
{
	(void)puts("cratehouse " PACKAGE_VERSION);
	return 0;
}

/* How many words of argv the name takes; 0 when it is another command. */
static int match(const char *name, int argc, char **argv)
{
	struct text rest = text_from(name), word;
	int n = 0;

	while (text_cut(&rest, ' ', &word)) {
		if (n == argc || !text_eq(word, text_from(argv[n])))
			return 0;
		n++;
	}
	return n;
}

static int run(struct cli *c, int argc, char **argv)
{
	for (size_t i = 0; cli_lists[i]; i++)
		for (const struct cli_command *cmd = cli_lists[i]; cmd->name; cmd++) {
			int n = match(cmd->name, argc, argv);

			if (!n)
				continue;
			c->command = cmd;
			c->argc = argc - n;
			c->argv = argv + n;
			if (c->argc == 1 && !strcmp(c->argv[0], "--help")) {
				(void)printf("usage: cratehouse %s %s\n\n%s\n", cmd->name,
					     cmd->usage, cmd->help);
				return 0;
			}
			return cmd->run(c);
		}
	(void)cli_say("there is no command %s%s%s", argv[0], argc > 1 ? " " : "",
		      argc > 1 ? argv[1] : "");
	return help(stderr);
}

/* mod_fcgid, lighttpd's bin-path and spawn-fcgi hand a listening socket over as descriptor 0. */
static bool socket_on_stdin(void)
{
	int listens = 0;
	socklen_t n = sizeof(listens);

	return !getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) && listens;
}

static int one_worker(struct cli *c)
{
	const struct config *cfg = cli_config(c);

	return cfg ? child_work(cfg, STDIN_FILENO, NULL) : 1;
}

int main(int argc, char **argv)
{
	struct cli c = { .arena = arena_new(0) };
	int at = 1, status = -1;

	for (; at < argc && argv[at][0] == '-' && status < 0; at++) {
		if ((!strcmp(argv[at], "-c") || !strcmp(argv[at], "--config")) && at + 1 < argc)
			c.config_path = argv[++at];
		else if (!strcmp(argv[at], "--debug"))
			log_set_debug(true);
		else if (!strcmp(argv[at], "--version"))
			status = version();
		else if (!strcmp(argv[at], "--dump-routes"))
			status = run(&c, 1, (char *[]){ (char[]){ "routes" }, NULL });
		else
			status = help(!strcmp(argv[at], "--help") || !strcmp(argv[at], "-h")
					      ? stdout
					      : stderr);
	}
	if (status < 0 && at < argc)
		status = !strcmp(argv[at], "version") && at + 1 == argc ? version()
			 : !strcmp(argv[at], "help")                    ? help(stdout)
						     : run(&c, argc - at, argv + at);
	else if (status < 0)
		status = socket_on_stdin() ? one_worker(&c) : help(stderr);
	arena_free(c.arena);
	return status;
}
