/* What pages of crates say of other machines' knowledge of them (docs/elsewhere.md). None asks one: a job does. */
#pragma once

#include "handlers/web/crate_frame.h"

/*
 * Where the documentation of the version is (contract/web.md W059): an address of its own as it is; where there is none, or it is
 * of site.docs_url, that of this version there once it is known to be built; else absent. arena
 */
struct text docs_href(struct req *r, const struct crate_frame *f);

/*
 * Has the job ask again where what is known is old: an hour where it was built, else ten minutes. One query where it is, which
 * nothing depends on.
 */
void docs_refresh(struct req *r, const struct crate_frame *f);

/* The playground with a line that uses the crate; absent where it has it not, or there is none. arena */
struct text playground_href(struct req *r, const struct crate_frame *f);
