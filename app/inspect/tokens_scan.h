/* What the tokenizers share: a place in a text, and giving the bytes before another place a class. Only for
 * app/inspect/tokens*.c. */
#pragma once

#include "app/inspect/tokens.h"

struct lex {
	struct text t;
	size_t at; /* what is before it has its class */
	struct buf *out;
	enum token_class held; /* of the last held_n bytes before at, which are not written yet */
	size_t held_n;
};

/* The byte at, or k behind, the place; NUL beyond the end (a NUL in the text is no different). */
static inline char lex_byte(const struct lex *s, size_t k)
{
	return k < s->t.n - s->at ? s->t.p[s->at + k] : '\0';
}

/* The bytes up to end get the class; end is cut to the text. What is at or before the place already: nothing happens. */
void lex_take(struct lex *s, size_t end, enum token_class c);

/* Whether the text goes on so at offset at. */
bool lex_is(const struct lex *s, size_t at, struct text what);

/* All offsets: where something that begins at `at` ends. */
size_t lex_line(const struct lex *s, size_t at);  /* before the line feed, or the end */
size_t lex_word(const struct lex *s, size_t at);  /* letters, digits, '_', all bytes above 127 */
size_t lex_blank(const struct lex *s, size_t at); /* blanks and tabs */
size_t lex_space(const struct lex *s, size_t at); /* line ends too */

/* Behind the next `end`, or the end of the text. */
size_t lex_until(const struct lex *s, size_t at, struct text end);

/* Behind the closing quote that matches the byte at `at`; a backslash hides the next byte where escapes is set. One
 * that is not closed ends before the line feed where one_line is set, else with the text. */
size_t lex_quoted(const struct lex *s, size_t at, bool escapes, bool one_line);

/* Behind a number as C, Rust and TOML have it: digits, letters, '_', '.' before a digit, a sign behind an exponent. */
size_t lex_number(const struct lex *s, size_t at);

/* One of the words, which end with NULL. */
bool lex_is_one_of(struct text word, const char *const *words);

void tokens_rust(struct lex *s);
void tokens_toml(struct lex *s);
void tokens_json(struct lex *s);
void tokens_shell(struct lex *s);
void tokens_console(struct lex *s);
void tokens_markdown(struct lex *s);
void tokens_c(struct lex *s);
