/*
 * Text with tokens, and hunks, piece by piece for templates: what lies between two line ends and has one class. How much
 * of it fits into a page is measured first, because a page has a cap.
 */
#pragma once

#include "app/inspect/tokens.h"

enum { CODE_LINES_MAX = 20000, CODE_HTML_MAX = 1400 * 1024 };

struct code {
	struct text text, tokens;    /* as of inspect_browse */
	uint64_t lines, lines_shown; /* by code_measure; fewer are shown where more would not fit */
	size_t bytes_shown;
};

void code_measure(struct code *c);

struct code_piece {
	struct text text;  /* without line feed; may be empty */
	const char *class; /* of CSS; NULL: none */
	bool begins, ends; /* the line */
	uint64_t line;     /* from 1 */
	/* where the walk stands */
	const struct code *code;
	struct text tokens;
	enum token_class token;
	size_t at, left, line_end;
};

/* for (struct code_piece p = code_walk(&code); code_next(&p);) */
struct code_piece code_walk(const struct code *c);
bool code_next(struct code_piece *p);

/* One line of unified hunks. */
enum hunk_mark { HUNK_SAME, HUNK_ADDED, HUNK_REMOVED, HUNK_RANGE, HUNK_NOTE };

struct hunk_line {
	enum hunk_mark mark;
	struct text text;  /* without its mark and line feed; of a range all of it */
	uint64_t old, new; /* its numbers; 0: it has none there */
	struct text rest;  /* where the walk stands */
	uint64_t next_old, next_new;
};

struct hunk_line hunk_walk(struct text hunks);
bool hunk_next(struct hunk_line *l);
