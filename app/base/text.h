/*
 * Text: a pointer and a length in bytes, never a NUL-terminated string. p == NULL means absent (SQL NULL, no such
 * parameter); n == 0 with p set is the empty text. A struct text never owns what it points to.
 */
#pragma once

#include "app/base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct text {
	const char *p;
	size_t n; /* bytes */
};

#define TEXT(lit) ((struct text){ "" lit, sizeof(lit) - 1 })
#define TEXT_INIT(lit)                                                                             \
	{                                                                                          \
		"" lit, sizeof(lit) - 1                                                            \
	} /* for static initializers */
#define TEXT_NONE ((struct text){ NULL, 0 })

struct texts {
	struct text *v;
	size_t n;
};

/* For "%.*s". A text longer than INT_MAX is cut there. */
#define TEXT_F(t) ((t).n > 0x7fffffff ? 0x7fffffff : (int)(t).n), ((t).p ? (t).p : "")

struct text text_from(const char *z);                 /* borrowed; NULL gives absent */
struct text text_dup(struct arena *a, struct text t); /* arena; absent stays absent */
char *text_z(struct arena *a,
	     struct text t); /* arena, NUL-terminated; a NUL inside cuts it for C */
struct text text_fmt(struct arena *a, const char *fmt, ...) printf_like(2, 3); /* arena */

bool text_eq(struct text a, struct text b);        /* absent equals only absent */
bool text_eq_nocase(struct text a, struct text b); /* ASCII letters alike */
int text_cmp(struct text a, struct text b);        /* bytes, shorter first; as memcmp */
int text_cmp_qsort(const void *a, const void *b);  /* of struct text, for qsort */
bool text_starts(struct text t, struct text with);
bool text_ends(struct text t, struct text with);
size_t text_find(struct text t,
		 struct text what);           /* offset of the first one; t.n if there is none */
size_t text_find_byte(struct text t, char c); /* likewise */
bool text_has_byte(struct text t, char c);

struct text text_sub(struct text t, size_t from,
		     size_t to);      /* borrowed; bounds are cut to the text */
struct text text_trim(struct text t); /* borrowed; without ASCII white space at the ends */
struct text text_lower(struct arena *a, struct text t); /* arena; ASCII letters only */

/* Takes the part before the first sep off *rest (borrowed); false when *rest was absent, which it becomes after the last. */
bool text_cut(struct text *rest, char sep, struct text *ret_part);

/* The whole text as a decimal number within [min, max]: digits only, no sign (i64: one '-'). False otherwise. */
bool text_u64(struct text t, uint64_t min, uint64_t max, uint64_t *ret);
bool text_i64(struct text t, int64_t min, int64_t max, int64_t *ret);

/* Whether all of it is UTF-8 as RFC 3629 has it (no surrogates, nothing over-long). */
bool text_is_utf8(struct text t);

/* Decodes the code point at *at and moves *at behind it; false at the end. Bytes that are no UTF-8 give U+FFFD each. */
bool text_next_char(struct text t, size_t *at, uint32_t *ret_char);

/* Writes the code point (a Unicode scalar value) as UTF-8; how many bytes, 1 to 4. */
size_t char_put_utf8(char to[4], uint32_t c);

/* arena: what is no UTF-8 replaced by U+FFFD, as Rust's String::from_utf8_lossy does. */
struct text text_lossy(struct arena *a, struct text t);

/* ASCII classes, whatever the locale. */
bool char_is_digit(char c);
bool char_is_alpha(char c);
bool char_is_alnum(char c);
bool char_is_space(char c); /* space, \t, \n, \v, \f, \r */
char char_lower(char c);
int char_hex(char c); /* 0 to 15, or -1 */
