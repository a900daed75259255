/*
 * Having the documentation of a version built again (contract/api.md 13.3, contract/web.md P30): one way for the API and the pages.
 * The work itself is a job, docs_rs_queue_rebuild.
 */
#pragma once

#include "app/outside/docs.h"
#include "app/server/req.h"

/*
 * Whether r->user may: ERR_AUTH in the contract's words, then ERR_NOT_FOUND where this registry has nobody who builds documentation.
 * called is how the request names the crate, for a 404 where it has gone meanwhile.
 */
const struct err *must_use docs_may_rebuild(struct req *r, struct text called, uint64_t crate_id);

/* Leaves the job, or wakes the one that waits. Both as they are stored. */
const struct err *must_use docs_rebuild(struct req *r, struct text name, struct text version);

struct docs_state {
	enum docs_build build;
	bool waits; /* a job that asks for it */
	int64_t waits_since_us;
	uint64_t failures; /* of that job; then: */
	int64_t again_us;  /* when it tries again */
};

/* What is known of the documentation of a version. One query, and the builder is asked; that it is away is no error. */
const struct err *must_use docs_state(struct req *r, struct text name, struct text version,
				      struct docs_state *ret);
