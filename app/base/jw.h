/*
 * Writes JSON in order on a buf: compact, keys in the order given, as serde_json prints it (only '"', '\\' and
 * control characters escaped, UTF-8 raw). A key with no value, a value with no key, an end too many: BUG.
 * Inside an array the key is NULL. Keys that are strings of C are constants of ours: they are not escaped.
 */
#pragma once

#include "app/base/buf.h"

enum { JW_DEPTH_MAX = 32 };

struct jw {
	struct buf *b;
	unsigned depth;
	char open[JW_DEPTH_MAX]; /* '{' or '[' */
	bool some[JW_DEPTH_MAX]; /* a member was written: the next one needs a comma */
};

struct jw jw_init(struct buf *b);

void jw_object(struct jw *j, const char *key); /* key NULL: the root, or an element of an array */
void jw_array(struct jw *j, const char *key);
void jw_end(struct jw *j); /* of the innermost object or array */

void jw_text(struct jw *j, const char *key,
	     struct text v); /* absent is a BUG: use jw_text_or_null */
void jw_text_or_null(struct jw *j, const char *key, struct text v);

/* A text made of several, one after the other; absent ones are empty. jw_joined(j, "url", host, TEXT("/"), login). */
void jw_parts(struct jw *j, const char *key, const struct text *parts, size_t n);
#define jw_joined(j, key, ...)                                                                     \
	jw_parts(j, key, (const struct text[]){ __VA_ARGS__ },                                     \
		 sizeof((const struct text[]){ __VA_ARGS__ }) / sizeof(struct text))

void jw_bool(struct jw *j, const char *key, bool v);
void jw_u64(struct jw *j, const char *key, uint64_t v);
void jw_i64(struct jw *j, const char *key, int64_t v);
void jw_null(struct jw *j, const char *key);
void jw_time(struct jw *j, const char *key,
	     int64_t us); /* RFC 3339 as chrono prints it: contract/api.md 4.4 */
void jw_hex(struct jw *j, const char *key, const void *p, size_t n);
void jw_raw(struct jw *j, const char *key,
	    struct text json); /* JSON that we wrote ourselves and stored */

/* Members whose key is not a constant (feature names). */
void jw_text_key(struct jw *j, struct text key, struct text v);
void jw_array_key(struct jw *j, struct text key);
void jw_object_key(struct jw *j, struct text key);

bool jw_done(const struct jw *j); /* everything that was opened is closed */
