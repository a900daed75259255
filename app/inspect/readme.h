/*
 * A README as the safe HTML that pages show and that is stored (contract/jobs.md 9). Runs in
 * cratehouse-inspect: memory in, memory out. What is too large, too deeply nested or too slow is
 * shown as escaped text that says so, in a time that grows with the input only.
 */
#pragma once

#include "app/base/buf.h"
#include "app/inspect/readme_plain.h"
#include "app/inspect/sanitize.h"

struct arena;

enum {
	README_MAX_IN = 512 * 1024, /* more is shown as plain text */
	README_MAX_NESTING = 64,    /* blocks within blocks, brackets within brackets */
	README_MAX_CELLS = 20000,   /* of tables */
};

struct readme_in {
	struct text text; /* what is no UTF-8 becomes U+FFFD */
	struct text path; /* "README.md", below the package; its extension chooses the renderer */
	struct text repository;  /* for relative links; absent: they are dropped */
	struct text path_in_vcs; /* of the package in the repository; absent or "": its root */
};

/* arena. Never fails: what cannot be rendered is shown as its text, then *ret_plain (of a Markdown
 * README) is true. */
struct text readme_render(struct arena *a, const struct readme_in *in, bool *ret_plain);

/* ---- its parts, for each other and for the tests */

/* Counted in one pass before the parse: false when the text is beyond what cmark-gfm does in
 * reasonable time. */
bool readme_is_harmless(struct text markdown);

/*
 * Multi-line block quotes (`>>>` on a line of its own, until the next) written as ordinary ones:
 * the same text if there are none (borrowed), else arena.
 */
struct text readme_plain_quotes(struct arena *a, struct text markdown);

/* CommonMark with GitHub's extensions to HTML that is not yet safe. Inside bounded_run only. */
void readme_markdown(struct buf *out, struct text markdown);

/* Ids of headings, each only once; a new one for each document. arena. */
struct slugs *slugs_new(struct arena *a);
struct text slugs_add(struct slugs *s, struct text heading);
