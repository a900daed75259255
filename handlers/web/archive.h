/* What the pages about published files share: the version that the path names, and asking the inspector about its archive. */
#pragma once

#include "app/inspect/client.h"
#include "app/server/req.h"
#include "db/crate_view.h"
#include "db/version_view.h"
#include "templates/code.h"

struct page_version {
	struct crate_view crate;
	struct version_view v;
};

/* The crate of the path parameter `name` in any spelling; ERR_NOT_FOUND in words for a page. One query. */
const struct err *must_use page_crate(struct req *r, struct crate_view *ret);

/* The same, and its version `num`. ERR_NOT_FOUND in words for a
 * page. Two queries. */
const struct err *must_use page_version(struct req *r, struct text num, struct page_version *ret);

/* A version of a crate that is known already. One query. */
const struct err *must_use page_version_of(struct req *r, const struct crate_view *crate,
					   struct text num, struct version_view *ret);

/* The crate alone, and the version that is shown first; ERR_NOT_FOUND where it has none. One query. */
const struct err *must_use page_default_version(struct req *r, struct crate_view *ret_crate);

/* What stands above the content of every page of a version; its title ends with what. */
struct version_head page_version_head(struct req *r, const struct page_version *pv,
				      struct text what);

/*
 * The questions of app/inspect/client.h about the archive of a version. ERR_NOT_FOUND where its bytes are missing, or
 * cannot be taken apart within the limits (with words for a page); ERR_BUSY as there.
 */
const struct err *must_use page_browse(struct req *r, const struct page_version *pv,
				       struct text path, struct inspect_source *ret);
const struct err *must_use page_bytes(struct req *r, const struct page_version *pv,
				      struct text path, struct inspect_bytes *ret);
const struct err *must_use page_compare(struct req *r, const struct page_version *old,
					const struct page_version *new, struct text file,
					struct inspect_comparison *ret);

/* /crates/{n}/{v} and, where rest is not absent, its segments behind it ("code/src/lib.rs"). arena */
struct text page_version_path(struct req *r, struct text name, struct text version,
			      struct text rest);
