/*
 * What changed between two texts, by lines. Lines that are unique in both texts are anchors (the
 * patience method: what a reader takes for the same stays together); between them Myers' greedy
 * algorithm finds the shortest way ("An O(ND) Difference Algorithm and Its Variations", 1986).
 * Both within a budget of steps: what is beyond it is shown as replaced as a whole, so time and
 * memory have a bound whatever a stranger sent. The result is always a true one.
 */
#pragma once

#include "app/base/buf.h"

enum {
	DIFF_STEPS = 20 * 1000 * 1000,
	DIFF_MAX_LINES = 200000, /* of one text */
	DIFF_CONTEXT = 3,
	DIFF_LEAST_LINES = 8,
	DIFF_LINE_BYTES = 2000, /* of a line that diff_unified writes; the rest is "..." */
};

/* Lines from a up to a + a_n of the old text have become those from b up to b + b_n of the new one; counted from 0. */
struct diff_change {
	size_t a, a_n, b, b_n;
};

struct diff {
	struct texts a,
		b; /* all lines, each with its line feed where it has one; point into the texts */
	struct diff_change *changes;
	size_t nchanges;
	uint64_t removed, added; /* lines */
	bool rough;              /* the budget was spent: there may be a shorter way */
};

/* arena. Spends of *budget, of which DIFF_STEPS are enough for a fifth of a second. False where a text has more than
 * DIFF_MAX_LINES. */
bool diff_texts(struct arena *a, struct text from, struct text to, uint64_t *budget,
		struct diff *ret);

/*
 * The changes as unified hunks: "@@ -1,3 +1,4 @@" and lines that begin with ' ', '-', '+'; "\ No newline at end of file"
 * as diff(1) has it. What does not fit into *room, which it takes from, is left out, from within a hunk on where at least
 * DIFF_LEAST_LINES of it fit: how many hunks are not there or not whole. No file names.
 */
struct diff_room {
	size_t lines, bytes;
};
size_t diff_unified(struct buf *b, const struct diff *d, struct diff_room *room);
