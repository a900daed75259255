/*
 * What the answers of the inspector are made of: their members, written in the sandbox, and read again outside it as a stranger's
 * input, one after the other. What is wrong with one is remembered, and asked for once at the end.
 */
#pragma once

#include "app/base/text.h"
#include "app/registry/manifest.h" /* struct texts */

#include <stddef.h>

struct arena;
struct json_object;
struct jw;

/* ---- writing */

void answer_write_texts(struct jw *j, const char *key, const struct texts *t);

/* ---- reading */

/* The text of a JSON string (arena), absent for null. False where it is neither, or holds a NUL. */
bool answer_read_text(struct arena *a, struct json_object *v, struct text *ret);

/* The same for words that only an answer quotes: a verdict may quote a path that holds a NUL. */
bool answer_read_words(struct arena *a, struct json_object *v, struct text *ret);

struct answer_reader {
	struct arena *arena;
	bool bad; /* something was not there, of another type, or more than it may be */
};

/*
 * The member of o with that key; o may be NULL, which is bad. What is bad is NULL, empty, 0 or false. Sizes of texts are in bytes,
 * SIZE_MAX for any; arrays have at most max members. Texts are arena; absent for null where null is allowed.
 */
struct json_object *answer_get(struct answer_reader *r, struct json_object *o, const char *key);
struct text answer_get_text(struct answer_reader *r, struct json_object *o, const char *key,
			    size_t max_bytes);
struct text answer_get_text_or_null(struct answer_reader *r, struct json_object *o, const char *key,
				    size_t max_bytes);
bool answer_get_bool(struct answer_reader *r, struct json_object *o, const char *key);
int64_t answer_get_i64(struct answer_reader *r, struct json_object *o, const char *key);
struct json_object *answer_get_array(struct answer_reader *r, struct json_object *o,
				     const char *key, size_t max, size_t *ret_n);
struct texts answer_get_texts(struct answer_reader *r, struct json_object *o, const char *key,
			      size_t max, size_t max_bytes);
