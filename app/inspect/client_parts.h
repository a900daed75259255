/* What the files of the client share. Only for app/inspect/client*.c. */
#pragma once

#include "app/inspect/call.h"
#include "app/inspect/client.h"

struct inspect {
	const struct config *cfg;
	char *socket;               /* NULL: executes one */
	struct inspect_cache cache; /* .get NULL: none */
};

/* ERR_INVALID for an answer of another form. */
const struct err *client_odd_answer(struct arena *a);

/* NULL where the answer's verdict is null; else it, or what is odd about it. */
const struct err *client_verdict(struct arena *a, struct json_object *answer);
