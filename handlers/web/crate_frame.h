/* What the pages of one crate have in common: the crate, the version, their facts, and the head with its tabs. */
#pragma once

#include "db/advisory.h"
#include "db/crate_page.h"
#include "db/crate_view.h"
#include "db/version_view.h"
#include "handlers/web/page.h"
#include "templates/crate_head.h"

struct crate_frame {
	struct crate_view crate;
	struct version_view version; /* without actions */
	bool has_version;            /* false: the crate has none (all were deleted) */
	bool versioned;              /* it was named in the URL */
	struct crate_facts facts;
	struct crate_head head;
};

/*
 * The crate of the path parameter `name`, in any spelling, and the version of the path parameter `version` where the route
 * has one, else the default version. Two queries. 404 in words for a page: `Crate "x" not found` with names that are
 * near in the reply, "x: Version 1.0.0 not found".
 */
const struct err *must_use crate_frame(struct req *r, bool versioned, struct crate_frame *ret);

/* Fills ret->head for the tab, and title, description and canonical path of head (sub: "/versions", "": the first tab). */
void crate_frame_head(struct req *r, struct crate_frame *f, enum crate_tab tab, const char *sub,
		      struct head *head);

/* What whoever is signed in may do to versions of the crate, for links; the pages behind them ask again. */
struct crate_may {
	bool yank, rebuild_docs;
};

/* Of owners in person and administrators. No query. */
struct crate_may crate_may(struct req *r, const struct crate_frame *f);

/* And of members of owning teams: may_seem_in_team where that decides, one query and GitHub. */
const struct err *must_use crate_may_with_teams(struct req *r, const struct crate_frame *f,
						struct crate_may *ret);
struct version_manage version_manage(struct req *r, const struct crate_may *may,
				     const struct version_view *v); /* arena */

/* "/crates/NAME" or, where the version is in the URL, "/crates/NAME/VERSION". arena */
struct text crate_path(struct req *r, const struct crate_frame *f);

/* Links to crates whose names look like one that is not there; none for what is no name, and where they cannot be read. One query. arena */
struct links crate_near_names(struct req *r, struct text name);

/* A path below /crates/NAME, its segments encoded. arena */
struct text crate_url(struct arena *a, struct text name, struct text num, const char *sub);
