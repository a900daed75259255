/*
 * Who administers this site, as another machine keeps the list: {"people": [{"github_id": 1}, ...]}, the form of Rust's team
 * API (contract/jobs.md 16.4). What it answers is a stranger's input: sizes and times are limited, and so is how many it names.
 */
#pragma once

#include "app/base/err.h"

struct http;

enum { ADMIN_LIST_MAX = 1000 };

/* What such a list says: ids of accounts at GitHub, each at least 1; arena. False and why (arena) for what is none. */
bool admin_list_read(struct arena *a, struct text body, const int64_t **ret, size_t *ret_n,
		     struct text *ret_why);

/*
 * The list at that address. Whatever is none is ERR_BUSY, with the cause for the log: the job that
 * asks tries again later. So is a list of nobody, which would leave the site without an administrator. Never inside a
 * transaction.
 */
const struct err *must_use admin_list_fetch(struct http *h, struct arena *a, struct text url,
					    const int64_t **ret, size_t *ret_n);
