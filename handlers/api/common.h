/* What several routes read of a request in the same way. */
#pragma once

#include "app/base/jw.h"
#include "app/server/req.h"
#include "db/crate_view.h"
#include "db/version_view.h"

/* The path parameter `version`: ERR_INVALID "Invalid URL: ..." where it is no version
 * (contract/api.md 2.3). */
const struct err *must_use req_version(struct req *r, struct text *ret_num);

/*
 * The crate of the path parameter `name` and one version of it, in the order of the reference:
 * version syntax 400, crate 404, version 404. No actions are filled in.
 */
const struct err *must_use req_crate_version(struct req *r, struct crate_view *ret_crate,
					     struct version_view *ret_version);

/*
 * The crate of that name. *ret_same: the client has the answer, which is made of nothing but what db_crate_stamped stamps;
 * then return reply_unchanged(r).
 */
const struct err *must_use req_crate_unless_same(struct req *r, struct text name,
						 struct crate_view *ret, bool *ret_same);

/* The same for one version of it, as req_crate_version; where *ret_same, the version is not read. */
const struct err *must_use req_version_unless_same(struct req *r, struct crate_view *ret_crate,
						   struct version_view *ret_version,
						   bool *ret_same);

/* Both for an answer that depends on what day it is, too. */
const struct err *must_use req_crate_unless_same_today(struct req *r, struct text name,
						       struct crate_view *ret, bool *ret_same);
const struct err *must_use req_version_unless_same_today(struct req *r,
							 struct crate_view *ret_crate,
							 struct version_view *ret_version,
							 bool *ret_same);

/*
 * A comma list against the names it may hold: bit i of *ret is set for allowed[i]. An absent value
 * sets nothing; empty items are left out. ERR_INVALID with the reference's sentence, which lists
 * `expected`.
 */
const struct err *must_use req_include(struct req *r, struct text value, const char *const *allowed,
				       size_t n, const char *expected, unsigned *ret);

/* The path parameter `name`, where a crate can be called so; else the 404 that the reference has even before it asks who it is. */
const struct err *must_use req_crate_name(struct req *r, struct text *ret);

/* A number of the same kind in the query, initial where it is not sent; 400 in the reference's words for others. */
const struct err *must_use req_query_i32(struct req *r, const char *name, int64_t initial,
					 int64_t *ret);

/* {"version": ...} */
struct reply reply_version(struct req *r, const struct crate_view *crate,
			   const struct version_view *v);

/* "meta": {"total": n} */
void json_total(struct jw *j, uint64_t n);

/* page and per_page of contract/api.md 5. */
struct paging {
	uint64_t page, per_page;
	bool has_page, has_per_page;
	struct text seek; /* absent: none */
};

enum paging_allows { PAGING_PAGE = 1, PAGING_SEEK = 2, PAGING_LIMITED = 4 };

/* Checked in the reference's order; allows is a set of enum paging_allows. */
const struct err *must_use req_paging(struct req *r, unsigned allows, struct paging *ret);

/* Its two halves, for where something is looked at in between: what is no number, and what cannot be had. */
const struct err *must_use req_paging_read(struct req *r, struct paging *ret);
const struct err *must_use req_paging_allowed(struct req *r, unsigned allows,
					      const struct paging *p);

/*
 * What `next_page` and `prev_page` hold: '?' and all parameters of this request encoded anew in their order, key last
 * with this value.
 */
struct text req_page_link(struct req *r, const char *key, struct text value);

/* A path parameter that is a number in the sense of the reference's i32; 400 "Invalid URL: ..." for others. */
const struct err *must_use req_path_i32(struct req *r, const char *name, int64_t *ret);

/* A buf for one JSON answer; the cap is far above the largest that a route can make. */
struct buf reply_buf(struct req *r);

/* The finished answer of a jw on such a buf, or the 500 of an overflow. */
struct reply reply_jw(struct req *r, unsigned status, const struct jw *j);

struct reply reply_ok(struct req *r); /* 200 {"ok":true} */
