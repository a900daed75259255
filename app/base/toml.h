/*
 * TOML 1.0 (toml.io/en/v1.0.0): the whole language, as the official toml-test suite checks it.
 * Input at most 1 MiB, tables and arrays nested at most 64 deep, however they are written. The time
 * is linear in the input, whatever it holds (key look-up is by a keyed hash). The tree and its
 * texts live in the arena; the input may go after the parse.
 */
#pragma once

#include "app/base/text.h"

enum { TOML_MAX_BYTES = 1024 * 1024, TOML_MAX_DEPTH = 64 };

struct arena;

enum toml_type {
	TOML_STRING,
	TOML_INTEGER,
	TOML_FLOAT,
	TOML_BOOL,
	TOML_DATETIME, /* with an offset */
	TOML_DATETIME_LOCAL,
	TOML_DATE_LOCAL,
	TOML_TIME_LOCAL,
	TOML_ARRAY,
	TOML_TABLE,
};

struct toml {
	enum toml_type type;
	unsigned line, column; /* where the value starts, from 1; of a [table] its header, of a
				  dotted table its key */
	size_t width;          /* bytes from there to its end; of a [table] of the header alone */
	struct text key;       /* in a table */
	union {
		struct text string; /* TOML_STRING; for the four date types the text as written */
		int64_t integer;
		double real;
		bool boolean;
	} v;
	/* Tables and arrays: the members in the order of the text, as a list (look-up of keys is
	 * hashed). */
	struct toml *first, *next;
	size_t n;
	struct toml_index *index; /* toml.c's own */
};

struct toml_error {
	unsigned line, column; /* from 1; column counts code points */
	size_t width;          /* bytes to underline, of that line; 0 is as 1 */
	const char *why; /* a sentence without capital and full stop; a constant when toml_parse
			    made it */
};

/* The root table, or NULL and *ret_error. */
struct toml *toml_parse(struct arena *a, struct text in, struct toml_error *ret_error);

/*
 * The error as the `toml` crate prints it: "TOML parse error at line 1, column 6\n  |\n1 | ...\n  |
 * ^\n{why}\n". arena. With column and width of a struct toml it serves those who find a value wrong
 * after the parse. Of a line longer than 16 KiB only the beginning is shown.
 */
struct text toml_error_text(struct arena *a, struct text in, const struct toml_error *e);

/* The member of a table, or NULL; t may be NULL or no table (NULL then). */
const struct toml *toml_get(const struct toml *t, struct text key);

/* The same for a key that has an older spelling: key counts where both are there. */
const struct toml *toml_get_either(const struct toml *t, const char *key, const char *alias);

/* As the `toml` crate says it: "string", "integer", "float", "boolean", "datetime", "array",
 * "table". */
const char *toml_type_name(enum toml_type type);
