/* Advisories of an archive or of files of a folder, by as many questions as it takes. */
#include "app/inspect/client.h"

#include "app/base/arena.h"
#include "app/base/config.h"
#include "app/base/spawn.h"
#include "app/inspect/client_parts.h"
#include "app/inspect/wire.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
	ROUNDS_MAX = 1000,
	ROUND_BYTES = 3 * WIRE_MAX_ANSWER
}; /* what an answer may take of the arena */

/* One answer, put behind those before it. */
static const struct err *ask_on(struct inspect *i, struct arena *a, int fd, bool files,
				struct inspect_advisories *ret, uint64_t *next)
{
	const int fds[2] = { fd, -1 };
	struct wire_request r = { .op = files ? WIRE_ADVISORY_FILES : WIRE_ADVISORIES,
				  .max_entries = *next };
	struct advisory_answer *v, *old = ret->v;
	struct call_answer answer;
	uint64_t from = *next;
	size_t n;
	const struct err *e = call_inspector(i->cfg, a, i->socket, &r, fds, CALL_WORK, &answer);

	if (!e)
		e = client_verdict(a, answer.json);
	if (e)
		return e;
	if (!answer_read_advisories(a, answer.json, &v, &n, next) || (*next && *next <= from))
		return client_odd_answer(a);
	ret->v = arena_array(a, ret->n + n, sizeof(*v));
	if (ret->n)
		memcpy(ret->v, old, ret->n * sizeof(*v));
	if (n)
		memcpy(ret->v + ret->n, v, n * sizeof(*v));
	ret->n += n;
	return NULL;
}

const struct err *inspect_advisories(struct inspect *i, struct arena *a, struct text in, bool files,
				     struct inspect_advisories *ret)
{
	struct inspect_advisories all = { 0 };
	int fd = spawn_input(in);
	const struct err *e = NULL;
	uint64_t next = 0;
	unsigned rounds = 0;

	if (fd < 0)
		return call_failed(a, "memfd_create", errno);
	do
		e = ask_on(i, a, fd, files, &all, &next);
	while (!e && next && ++rounds < ROUNDS_MAX && arena_has_room(a, ROUND_BYTES));
	(void)close(fd);
	if (!e && next)
		return err_new(a, ERR_INVALID, "there are too many advisories");
	if (err_is(e, ERR_INVALID))
		return err_because(a, ERR_INVALID, e->cause,
				   "this is no readable .tar.gz of an advisory database");
	if (!e)
		*ret = all;
	return e;
}
