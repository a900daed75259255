/*
 * What a request's address and its cookies are made of, as the `url`, `percent-encoding` and
 * `cookie` crates of the reference take them apart. Nothing here fails: bytes that are no escape
 * stay as they are. The caller limits the length of the input.
 */
#pragma once

#include "app/base/text.h"

struct arena;

struct query_pair {
	struct text name, value;
};

/* "%41" as its byte; a '%' without two hex digits stays. May be no UTF-8, may hold NUL. arena, or t
 * itself when there is no '%'. */
struct text percent_decode(struct arena *a, struct text t);

/*
 * contract/api.md 1.2: only where the path has "//" or "/." its empty and "." segments are dropped
 * and ".." is resolved, never above the root. Works on the path as sent: "%2e" is no dot. arena, or
 * path itself.
 */
struct text path_normalise(struct arena *a, struct text path);

/*
 * application/x-www-form-urlencoded: '+' is a space, empty pairs are skipped, a pair without '=' has
 * an empty value, what is no UTF-8 becomes U+FFFD. In the order sent; more than max pairs are cut
 * off. query may be absent. arena
 */
struct query_pair *query_parse(struct arena *a, struct text query, size_t max, size_t *ret_n);

/* The value of the first cookie of that name in a Cookie header, absent if there is none. Borrowed. */
struct text cookie_find(struct text header, struct text name);
