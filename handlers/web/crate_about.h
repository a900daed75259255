/* What the page of a crate says about a version, made from its row: licence, links, lines to copy, who published it. */
#pragma once

#include "handlers/web/crate_frame.h"
#include "templates/crate.h"

/* Fills what is of the version itself; nothing where the crate has none. */
void crate_about(struct req *r, const struct crate_frame *f, struct crate_page *v);

/* "github.com/serde-rs/serde" of a URL: contract/web.md 7. Borrowed. */
struct text url_shown(struct text url);

/* "v1.69.0" of "1.69". arena */
struct text msrv_shown(struct arena *a, struct text msrv);

/* A licence expression in parts, ids with a link that explains them. arena */
const struct licence_part *licence_parts(struct arena *a, struct text expr, size_t *ret_n);

/* The features of a version (its JSON), "default" first, then by name. arena */
const struct feature_brief *feature_briefs(struct arena *a, struct text json, size_t *ret_n);

/* Who published it, and where that ran if no person did. What is not known is absent. arena */
struct publisher_shown {
	struct text login, href;   /* of a user */
	struct text run, run_href; /* "GitHub", the address of the run */
};
struct publisher_shown publisher_shown(struct req *r, const struct version_view *x);

/* 64 hexadecimal digits. arena */
struct text sha_shown(struct req *r, const struct sha256 *sha);
