/* What the pages about published files share: the version that the path names, and asking the inspector about its archive. */
#pragma once

#include "app/inspect/client.h"
#include "app/server/req.h"
#include "handlers/web/crate_frame.h"
#include "templates/code.h"

/* The crate of the path parameter `name` in any spelling; ERR_NOT_FOUND in words for a page. One query. */
const struct err *must_use page_crate(struct req *r, struct crate_view *ret);

/* The same with the version that is shown first; ERR_NOT_FOUND where it has none. One query. */
const struct err *must_use page_default_version(struct req *r, struct crate_view *ret);

/* A version of a crate that is known. ERR_NOT_FOUND in words for a page. One query. */
const struct err *must_use page_version(struct req *r, const struct crate_view *crate,
					struct text num, struct version_view *ret);

/* The crate and the version of the path parameters `name` and `version`. Two queries. */
const struct err *must_use page_crate_version(struct req *r, struct crate_view *ret_crate,
					      struct version_view *ret);

/* What stands above the content of a page of the version that the path names: f is a versioned frame. sub: "/features". */
struct version_head page_version_head(struct req *r, struct crate_frame *f, enum crate_tab tab,
				      const char *sub, struct text title);

/*
 * The questions of app/inspect/client.h about the archive of a version. ERR_NOT_FOUND where its bytes are missing, or
 * cannot be taken apart within the limits (with words for a page); ERR_BUSY as there.
 */
const struct err *must_use page_browse(struct req *r, const struct version_view *v,
				       struct text path, struct inspect_source *ret);
const struct err *must_use page_bytes(struct req *r, const struct version_view *v, struct text path,
				      struct inspect_bytes *ret);
const struct err *must_use page_compare(struct req *r, const struct version_view *old,
					const struct version_view *new, struct text file,
					struct inspect_comparison *ret);

const struct err *must_use page_changelog(struct req *r, const struct version_view *v,
					  struct inspect_changelog *ret);

/* /crates/{n}/{v} and, where rest is not absent, its segments behind it ("code/src/lib.rs"). arena */
struct text page_version_path(struct req *r, struct text name, struct text version,
			      struct text rest);
