/*
 * Token buckets: one per user and action, kept in the database as two numbers. This is the
 * arithmetic of contract/publish.md 4.4 and the refusal; whoever takes reads the row FOR UPDATE,
 * and writes it back also when refused.
 */
#pragma once

#include "app/base/text.h"

struct arena;
struct err;

enum limit_action {
	LIMIT_PUBLISH_NEW = 0,
	LIMIT_PUBLISH_UPDATE = 1,
	LIMIT_YANK = 2
}; /* as stored */

struct limit {
	uint64_t rate_s; /* one token in so many seconds; at least 1 */
	uint64_t burst;  /* at most so many at a time; at least 1 */
};

struct bucket {
	int64_t tokens;
	int64_t refilled_us; /* up to when refills are counted */
};

/* The bucket of somebody who had none: full, and the call that makes it passes. */
struct bucket bucket_new(const struct limit *l, int64_t now_us);

/* Refills, takes a token; false when there was none. */
bool must_use bucket_take(struct bucket *b, const struct limit *l, int64_t now_us);

/* When the next token comes, for Retry-After. */
int64_t bucket_retry_us(const struct bucket *b, const struct limit *l);

/* Who comes too often: "WHAT. Please try again after ...", ERR_LIMIT. site_url without a final slash. */
const struct err *limit_refusal(struct arena *a, const char *what, int64_t at_us, int64_t now_us,
				struct text site_url);

/* The refusal: ERR_LIMIT with retry_after_s set. site_url without a final slash. */
const struct err *bucket_refusal(struct arena *a, enum limit_action action, const struct bucket *b,
				 const struct limit *l, int64_t now_us, struct text site_url);
