/* Starting another program: it gets the descriptors and the environment that are named here and nothing else of ours. */
#pragma once

#include "app/base/text.h"

#include <stdbool.h>
#include <sys/types.h>

enum { SPAWN_HELD = 3 };

struct spawn {
	char *const *argv; /* the first is the absolute path; NULL at the end */
	char *const *env;  /* NAME=VALUE; NULL at the end */
	int in, out;       /* become its standard input and output; -1: ours */
	int held;   /* becomes its descriptor SPAWN_HELD, for a lock that it holds too; -1: none */
	bool group; /* a process group of its own: kill(-pid) ends it with all that it starts */
};

/*
 * The child begins with no signal blocked or ignored, and with these descriptors and standard error alone: all others of
 * ours close on exec from now on, also those that a library opened. 0 and *ret, or the errno of why it could not be started.
 * The caller waits for it.
 */
int spawn_program(const struct spawn *s, pid_t *ret);

/* A file without a name that holds the text, to be read from its beginning; the caller's to close. -1 with errno. */
int spawn_input(struct text t);
