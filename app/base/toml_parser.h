/* The state that toml.c (documents, tables, keys) and toml_value.c (strings, numbers, dates) share;
 * nobody else's. */
#pragma once

#include "app/base/toml.h"

struct toml_parser {
	struct arena *a;
	struct text in; /* a copy in the arena, valid UTF-8 */
	size_t at;
	struct toml_error *error;
	/* The last place whose line and column were asked for: counting goes on from there, so all
	 * of it is linear. */
	size_t mark;
	unsigned line, column;
	uint64_t seed[2]; /* of the hash of keys */
};

/* Notes the error at a byte offset; false, for `return toml_fail(...)`. */
bool toml_fail(struct toml_parser *ps, size_t at, size_t width, const char *why);

/* The byte k behind the current one, 0 at the end of the text (where a NUL is no valid byte
 * anyway). */
char toml_peek(const struct toml_parser *ps, size_t k);

/* A string of any of the four kinds, or with one_line of the two that may be keys; at its first
 * quote. */
bool toml_string(struct toml_parser *ps, bool one_line, struct text *ret);

/* A number, a date, a time or a boolean; sets type and v. */
bool toml_scalar(struct toml_parser *ps, struct toml *v);

/* Whether the control character may stand in strings of one line and in comments: only the tab
 * does. */
bool toml_is_control(char c);
