/* Where BUG_ON ends: the one place that may stop a process because our own promise was broken. */
#include "app/base/compiler.h"

#include <stdio.h>
#include <stdlib.h>

static const char *request_id;

void bug_request_id(const char *id)
{
	request_id = id;
}

void bug_found(const char *file, int line, const char *cond)
{
	fprintf(stderr, "level=error msg=bug where=%s:%d cond=\"%s\" id=%s\n", file, line, cond,
		request_id ? request_id : "-");
	abort();
}
