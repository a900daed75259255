/* The languages whose lines are counted, and as much of their syntax as that needs. */
#pragma once

#include "app/base/text.h"

struct pair {
	const char *start, *end;
};

/* Text of another language, or none, that is counted apart (tokei does; we leave it out). */
enum embeds {
	EMBEDS_NOTHING,
	EMBEDS_DOC,    /* Rust: /// and //! */
	EMBEDS_TAGS,   /* HTML and its like: script, style, template */
	EMBEDS_BRACES, /* {= ... =} */
};

/* Lists end with NULL; absent lists are NULL. */
struct language {
	const char *name;
	const char *extensions;          /* one space between; told by case */
	const char *const *line;         /* what a comment up to the end of its line begins with */
	const struct pair *block;        /* comments with an end */
	const struct pair *nested_block; /* those that nest although the others do not */
	const struct pair *quotes;       /* longest first */
	const struct pair *verbatim;     /* strings in which a backslash is nothing special */
	const struct pair *doc;          /* strings that count as comments */
	const char *const *also; /* further starts of something, that forbid the short way */
	bool nests;              /* block comments nest */
	bool by_column;          /* a line comment begins in the first column (FORTRAN) */
	enum embeds embeds;
};

extern const struct language languages[]; /* sorted by name */
extern const size_t nlanguages;

/* NULL where the extension is none of theirs, or of a language of data and documents that is not
 * counted. */
const struct language *language_of(struct text extension);
