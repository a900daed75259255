/* What pages with lists read of their address, and the links that lead to other parts of a list. */
#pragma once

#include "app/server/req.h"
#include "templates/page.h"

/* "?" and all parameters of this request but key, then "key=": to write a value behind (struct paging_view.prefix). arena */
struct text page_prefix(struct req *r, const char *key);

/* The number of ?page=: 1 where it is not sent; ERR_INVALID for none, and beyond max. */
const struct err *must_use page_number(struct req *r, uint64_t max, uint64_t *ret);

/* A way to sort a list: the word of ?sort=, and what the reader is told. */
struct sort_choice {
	const char *name, *label;
};

/* The place of the word that ?sort= has; of another one, and of none, 0: the usual order. */
size_t page_sort(const struct sort_choice *v, size_t n, struct text word);

/* A link for each of n, which keep the other parameters of the request; the one in force is marked. arena */
struct links page_sorts(struct req *r, const struct sort_choice *v, size_t n, size_t current);

/*
 * The number of ?before=, of lists whose next page is what came before the last entry of this one: INT64_MAX where it is not sent;
 * ERR_INVALID for none.
 */
const struct err *must_use page_older_than(struct req *r, int64_t *ret);

/* What templates/parts.html wants of a numbered page (page from 1, per_page at least 1); no more than max_pages are offered. arena */
struct paging_view page_paging(struct req *r, uint64_t page, uint64_t per_page, uint64_t total,
			       uint64_t max_pages);
