/*
 * HTML of strangers made safe: an HTML5 parse (gumbo) of it as the content of a <div>, then a new
 * text written from the tree, in which only elements, attributes, classes and URL schemes of a list
 * exist (contract/jobs.md 9). Nothing of the input's own markup is copied, so there is nothing for
 * a browser to read otherwise than the parser did. No element of the list switches a browser's
 * tokenizer (no style, noscript, svg, math, template), so the output parses back to itself.
 */
#pragma once

#include "app/base/buf.h"
#include "app/inspect/tokens.h"

struct arena;

/* Where relative URLs lead. Made once for a README. */
struct links {
	struct text base; /* "https://github.com/o/r/"; absent: relative URLs are dropped */
	struct text dir;  /* of the README below the root of the repository; "" for the root */
};

/*
 * repository may be absent; anything but an http(s) URL of github.com, gitlab.com or bitbucket.org
 * counts as absent. readme_path is the full path of the README in the repository. arena.
 */
struct links links_new(struct arena *a, struct text repository, struct text readme_path);

/*
 * The value for an href or src: false when the attribute must go, otherwise *ret, which may be the
 * value itself (borrowed) or a rewritten one (arena). Tabs and line ends inside are removed, as
 * browsers do.
 */
bool links_rewrite(const struct links *l, struct arena *a, struct text value, struct text *ret);

/*
 * Writes the safe form of html to out. Memory for the parse comes from bounded_calloc, so it must
 * run inside bounded_run; an overflow of out is its sticky overflow.
 *
 * coloured: code (<pre><code class="language-NAME"> with nothing but text in it, whose NAME tokens.h
 * knows) gets <span class="..."> of token_css_class around its tokens. These are written here, behind
 * the list: a class that the input gave a span itself goes like any other. Blocks whose spans would
 * take more than SANITIZE_MAX_SPANS bytes together with those before them stay as they are.
 */
enum { SANITIZE_MAX_SPANS = 256 * 1024 };
void sanitize_html(struct buf *out, const struct links *l, struct text html, bool coloured);

/* Text as sanitize_html writes it between tags: & < > and U+00A0 as references. */
void sanitize_text(struct buf *out, struct text t);

/* The text of a code block, coloured; what it takes more than the text alone is taken off *room (bytes). False, and nothing
 * is written, where that is too little or the language is TOKENS_NONE. */
bool sanitize_code(struct buf *out, enum tokens_language l, struct text code, size_t *room);
