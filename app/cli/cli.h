/*
 * The command line: tables of sub-commands, one file a family, listed in commands.c. Results go to
 * standard output alone (scripts read them), words about what went wrong to standard error. Exit 0:
 * done, 1: failed, 2: wrong usage.
 */
#pragma once

#include "app/base/err.h"
#include "app/registry/manifest.h" /* struct texts */

struct app;
struct arena;
struct config;

struct cli {
	struct arena *arena; /* of the whole command */
	const char *config_path;
	const struct cli_command *command;
	char **argv; /* what follows the command's words */
	int argc;
	struct app *app; /* after cli_open */
};

struct cli_command {
	const char *name;  /* "user create" */
	const char *usage; /* "LOGIN [--name NAME]" */
	const char *help;  /* one line */
	int (*run)(struct cli *c);
};

#define CLI_END                                                                                    \
	{                                                                                          \
		.name = NULL                                                                       \
	}

extern const struct cli_command *const cli_lists[]; /* commands.c; NULL at the end */

/* One option; exactly one of the three is set. Given twice: the last one counts, except for a list.
 */
struct cli_option {
	const char *name; /* "--name" */
	bool *flag;
	struct text *value;
	struct texts *list;
};

/*
 * Sorts the arguments into options (NULL name at the end of the table, "--x VALUE" and "--x=VALUE")
 * and the rest, of which there must be min to max. "--" ends the options. False after saying what
 * is wrong and the usage: return 2.
 */
bool cli_parse(struct cli *c, const struct cli_option *options, size_t min, size_t max,
	       struct texts *ret_rest);

/* Reads the configuration, opens the data folder and makes the database ready; false after saying
 * why: return 1. */
bool cli_open(struct cli *c);

/* cli_open, and the user of that login; false after saying why: return 1. */
struct user_row;
bool cli_user(struct cli *c, struct text login, struct user_row *ret);

/* The argument itself, or the first line of standard input for "-": so a secret stays out of the list of processes. */
bool cli_secret(struct cli *c, struct text arg, struct text *ret);

/* The configuration alone; NULL after saying why. */
const struct config *cli_config(struct cli *c);

/* "cratehouse: DETAIL (CAUSE)" to standard error; 1. */
int cli_fail(const struct err *e);
int cli_say(const char *fmt, ...) printf_like(1, 2); /* the same for a sentence of our own; 1 */
int cli_usage(const struct cli *c); /* the usage of the command to standard error; 2 */

/* To standard output, with a newline; 0, or 1 where it cannot be written. */
int cli_print(struct text t);
