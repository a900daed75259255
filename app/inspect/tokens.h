/*
 * Source text cut into pieces that a page may colour: own tokenizers for the languages that crates
 * are written in (contract/web.md 16, row 13). No library fits: libsource-highlight is C++ over
 * backtracking expressions, and tree-sitter's grammars are not in Debian. They need not be right
 * about a language, only readable: no tokenizer refuses anything, each byte belongs to exactly one
 * token, and time grows with the bytes whatever they are. Runs in cratehouse-inspect, on what a
 * stranger sent; the packed form is read again outside it.
 */
#pragma once

#include "app/base/buf.h"

enum token_class {
	TOKEN_PLAIN,
	TOKEN_COMMENT,
	TOKEN_STRING,
	TOKEN_NUMBER,
	TOKEN_KEYWORD,
	TOKEN_TYPE,      /* Rust: a name that begins with a capital; TOML: a table header */
	TOKEN_NAME,      /* a macro or function that is called, a key, a variable, a heading */
	TOKEN_ATTRIBUTE, /* #[...], #include, lifetimes and labels */
	TOKEN_CLASSES,
};

enum tokens_language {
	TOKENS_NONE, /* one plain token */
	TOKENS_RUST,
	TOKENS_TOML,
	TOKENS_JSON,
	TOKENS_SHELL,
	TOKENS_MARKDOWN,
	TOKENS_C,       /* C++ too */
	TOKENS_CONSOLE, /* commands behind a prompt among what they print, else a script */
};

/* By the name of the file, or by the interpreter that its first line names. */
enum tokens_language tokens_language(struct text path, struct text content);

/* By what people write behind the fence of a code block: "rust", "rs", "console". Case is ignored. */
enum tokens_language tokens_language_of_fence(struct text name);

/* What people call it: "Rust"; absent for TOKENS_NONE. Constant. */
struct text tokens_language_name(enum tokens_language l);

/* The class that the style sheet has for it; NULL for TOKEN_PLAIN. */
const char *token_css_class(enum token_class c);

enum {
	LEB_BITS = 7,
	LEB_MORE = 0x80
}; /* of LEB128: seven bits a byte, and whether another follows */

/*
 * Appends the tokens of t in their order, packed: for each its class (one byte) and its length
 * (LEB128). Neighbours differ in class, and no length is 0. At most two bytes for each of t.
 */
void tokens_write(struct buf *b, enum tokens_language l, struct text t);

/* Takes the first token off *packed. False at the end, and for what tokens_write writes nowhere: then *packed is not
 * empty. */
bool tokens_next(struct text *packed, enum token_class *ret_class, size_t *ret_n);
