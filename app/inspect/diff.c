#include "app/inspect/diff.h"

#include "app/base/arena.h"

#include <stdlib.h>
#include <string.h>

enum {
	STEPS_MAX =
		20 * 1000 * 1000, /* lines compared, and places on diagonals: a fifth of a second */
	EDITS_MAX = 1024,         /* of one gap; its trace takes (EDITS_MAX + 1) squared numbers */
	SMALL = 64,               /* lines of a gap that needs no anchors */
	DEPTH_MAX = 32,
	NOWHERE = INT32_MIN / 2,
};

struct place {
	uint32_t a, b;
};

/* a and b hold a number for each line: the same for the same text. */
struct work {
	struct arena *arena;
	const uint32_t *a, *b;
	bool *removed, *added; /* the result: of each line */
	uint64_t left;         /* of the budget: lines compared, and places on diagonals */
	bool rough;
	/* By number of the text: how often it is in the gap, and where last. All counts are 0 between uses. */
	uint32_t *count_a, *count_b, *last_b;
	struct place *found; /* scratch: lines unique in both sides of a gap */
	uint32_t *tails, *before;
	int32_t *trace;    /* scratch of myers: (max_edits + 1) squared */
	int32_t max_edits; /* that it has room for; a gap needs no more than it has lines */
};

struct gap {
	size_t a, a_end, b, b_end;
};

static bool spend(struct work *w, uint64_t steps)
{
	if (steps < w->left) {
		w->left -= steps;
		return true;
	}
	w->left = 0;
	w->rough = true;
	return false;
}

static void replace_all(struct work *w, struct gap g)
{
	for (size_t i = g.a; i < g.a_end; i++)
		w->removed[i] = true;
	for (size_t i = g.b; i < g.b_end; i++)
		w->added[i] = true;
}

/* ---- Myers: row d of the trace holds, for each diagonal k = x - y from -d to d, the furthest x that d edits reach */

static int32_t row_at(const struct work *w, int32_t d, int32_t k)
{
	if (k < -d || k > d)
		return NOWHERE;
	return w->trace[(size_t)d * (size_t)d + (size_t)(k + d)];
}

/* Where the d-th edit leads on diagonal k, before any lines that are alike; *ret_down: it adds a line of b. */
static int32_t edit_to(const struct work *w, int32_t d, int32_t k, int32_t n, int32_t m,
		       bool *ret_down)
{
	int32_t down = row_at(w, d - 1, k + 1), right = row_at(w, d - 1, k - 1) + 1;

	if (down - k > m || down < 0)
		down = NOWHERE;
	if (right > n || right <= 0)
		right = NOWHERE;
	*ret_down = down > right || (down == right && down != NOWHERE);
	return *ret_down ? down : right;
}

static int32_t slide(const struct work *w, struct gap g, int32_t x, int32_t k)
{
	size_t i = g.a + (size_t)x, j = g.b + (size_t)(x - k), from = i;

	while (i < g.a_end && j < g.b_end && w->a[i] == w->b[j]) {
		i++;
		j++;
	}
	return x + (int32_t)(i - from);
}

/* Walks the trace back from the end after d edits. */
static void mark_edits(struct work *w, struct gap g, int32_t d, int32_t n, int32_t m)
{
	int32_t k = n - m;

	for (; d > 0; d--) {
		bool down;
		int32_t x = edit_to(w, d, k, n, m, &down);

		if (down) {
			w->added[g.b + (size_t)(x - k - 1)] = true;
			k++;
		} else {
			w->removed[g.a + (size_t)(x - 1)] = true;
			k--;
		}
	}
}

static void make_trace(struct work *w, int32_t edits)
{
	if (edits <= w->max_edits)
		return;
	w->trace =
		arena_array(w->arena, (size_t)(edits + 1) * (size_t)(edits + 1), sizeof(*w->trace));
	w->max_edits = edits;
}

static void myers(struct work *w, struct gap g)
{
	int32_t n = (int32_t)(g.a_end - g.a), m = (int32_t)(g.b_end - g.b),
		most = n + m < EDITS_MAX ? n + m : EDITS_MAX;

	make_trace(w, most);
	for (int32_t d = 0; d <= n + m; d++) {
		if (d > most || !spend(w, (uint64_t)d + 1)) {
			w->rough = true;
			break;
		}
		for (int32_t k = -d; k <= d; k += 2) {
			bool down;
			int32_t x = d ? edit_to(w, d, k, n, m, &down) : 0, end = NOWHERE;

			if (x != NOWHERE) {
				end = slide(w, g, x, k);
				(void)spend(w, (uint64_t)(end - x));
			}
			w->trace[(size_t)d * (size_t)d + (size_t)(k + d)] = end;
			if (end == n && end - k == m) {
				mark_edits(w, g, d, n, m);
				return;
			}
		}
	}
	replace_all(w, g);
}

/* ---- patience: lines that are there once on each side, in the longest order that both have */

static size_t find_unique(struct work *w, struct gap g)
{
	size_t n = 0;

	for (size_t i = g.a; i < g.a_end; i++)
		w->count_a[w->a[i]]++;
	for (size_t j = g.b; j < g.b_end; j++) {
		w->count_b[w->b[j]]++;
		w->last_b[w->b[j]] = (uint32_t)j;
	}
	for (size_t i = g.a; i < g.a_end; i++)
		if (w->count_a[w->a[i]] == 1 && w->count_b[w->a[i]] == 1)
			w->found[n++] = (struct place){ (uint32_t)i, w->last_b[w->a[i]] };
	for (size_t i = g.a; i < g.a_end; i++)
		w->count_a[w->a[i]] = 0;
	for (size_t j = g.b; j < g.b_end; j++)
		w->count_b[w->b[j]] = 0;
	return n;
}

/* The longest rising sequence of the b of found[0..n): *ret (arena), in order. */
static size_t longest_rising(struct work *w, size_t n, struct place **ret)
{
	size_t longest = 0;
	uint32_t at;

	for (size_t i = 0; i < n; i++) {
		size_t low = 0, high = longest;

		while (low < high) {
			size_t mid = (low + high) / 2;

			if (w->found[w->tails[mid]].b < w->found[i].b)
				low = mid + 1;
			else
				high = mid;
		}
		w->before[i] = low ? w->tails[low - 1] : UINT32_MAX;
		w->tails[low] = (uint32_t)i;
		if (low == longest)
			longest++;
	}
	*ret = arena_array(w->arena, longest ? longest : 1, sizeof(**ret));
	at = longest ? w->tails[longest - 1] : 0;
	for (size_t i = longest; i-- > 0; at = w->before[at])
		(*ret)[i] = w->found[at];
	return longest;
}

static struct gap trim(const struct work *w, struct gap g)
{
	while (g.a < g.a_end && g.b < g.b_end && w->a[g.a] == w->b[g.b]) {
		g.a++;
		g.b++;
	}
	while (g.a < g.a_end && g.b < g.b_end && w->a[g.a_end - 1] == w->b[g.b_end - 1]) {
		g.a_end--;
		g.b_end--;
	}
	return g;
}

static void compare(struct work *w, struct gap g, unsigned depth)
{
	struct place *anchors;
	size_t n, size;

	g = trim(w, g);
	size = g.a_end - g.a + (g.b_end - g.b);
	if (g.a == g.a_end || g.b == g.b_end || depth == DEPTH_MAX || !spend(w, size)) {
		w->rough |= depth == DEPTH_MAX;
		replace_all(w, g);
		return;
	}
	n = size > SMALL ? longest_rising(w, find_unique(w, g), &anchors) : 0;
	if (n == 0) {
		myers(w, g);
		return;
	}
	for (size_t i = 0; i <= n; i++) {
		struct gap between = { g.a, g.a_end, g.b, g.b_end };

		if (i < n) {
			between.a_end = anchors[i].a;
			between.b_end = anchors[i].b;
		}
		compare(w, between, depth + 1);
		if (i < n) {
			g.a = anchors[i].a + (size_t)1;
			g.b = anchors[i].b + (size_t)1;
		}
	}
}

/* ---- lines and their numbers */

static bool split_lines(struct arena *a, struct text t, struct texts *ret)
{
	size_t n = 0;

	for (size_t at = 0; at < t.n; at += text_find_byte(text_sub(t, at, t.n), '\n') + 1)
		if (++n > DIFF_MAX_LINES)
			return false;
	ret->v = arena_array(a, n ? n : 1, sizeof(struct text));
	ret->n = 0;
	for (size_t at = 0; at < t.n; at += ret->v[ret->n++].n)
		ret->v[ret->n] =
			text_sub(t, at, at + text_find_byte(text_sub(t, at, t.n), '\n') + 1);
	return true;
}

struct numbered {
	struct text line;
	uint32_t *number;
};

static int numbered_cmp(const void *x, const void *y)
{
	return text_cmp(((const struct numbered *)x)->line, ((const struct numbered *)y)->line);
}

/* Numbers from 0, the same for the same line; how many. By sorting: no hash that could be made to collide. */
static size_t number_lines(struct arena *a, const struct diff *d, uint32_t *of_a, uint32_t *of_b)
{
	size_t n = d->a.n + d->b.n, count = 0;
	struct numbered *v = arena_array(a, n ? n : 1, sizeof(*v));

	for (size_t i = 0; i < d->a.n; i++)
		v[i] = (struct numbered){ d->a.v[i], &of_a[i] };
	for (size_t i = 0; i < d->b.n; i++)
		v[d->a.n + i] = (struct numbered){ d->b.v[i], &of_b[i] };
	qsort(v, n, sizeof(*v), numbered_cmp);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && !text_eq(v[i].line, v[i - 1].line))
			count++;
		*v[i].number = (uint32_t)count;
	}
	return count + 1;
}

/* The marks as changes. */
static void gather(struct arena *a, const struct work *w, struct diff *d)
{
	size_t i = 0, j = 0, room = 16;

	d->changes = arena_array(a, room, sizeof(*d->changes));
	while (i < d->a.n || j < d->b.n) {
		struct diff_change c = { .a = i, .b = j };

		while (i < d->a.n && w->removed[i])
			i++;
		while (j < d->b.n && w->added[j])
			j++;
		c.a_n = i - c.a;
		c.b_n = j - c.b;
		i++;
		j++;
		if (c.a_n == 0 && c.b_n == 0)
			continue;
		if (d->nchanges == room) {
			struct diff_change *old = d->changes;

			d->changes = arena_array(a, room * 2, sizeof(*old));
			memcpy(d->changes, old, room * sizeof(*old));
			room *= 2;
		}
		d->changes[d->nchanges++] = c;
		d->removed += c.a_n;
		d->added += c.b_n;
	}
}

bool diff_texts(struct arena *a, struct text from, struct text to, uint64_t *budget,
		struct diff *ret)
{
	struct arena *scratch;
	struct diff d = { 0 };
	struct work w = { 0 };
	uint32_t *of_a, *of_b;
	size_t numbers, least;

	if (!split_lines(a, from, &d.a) || !split_lines(a, to, &d.b))
		return false;
	scratch = arena_new(0);
	w.arena = scratch;
	w.a = of_a = arena_array(scratch, d.a.n + 1, sizeof(*of_a));
	w.b = of_b = arena_array(scratch, d.b.n + 1, sizeof(*of_b));
	w.removed = arena_array(scratch, d.a.n + 1, sizeof(bool));
	w.added = arena_array(scratch, d.b.n + 1, sizeof(bool));
	numbers = number_lines(scratch, &d, of_a, of_b);
	w.count_a = arena_array(scratch, numbers, sizeof(uint32_t));
	w.count_b = arena_array(scratch, numbers, sizeof(uint32_t));
	w.last_b = arena_array(scratch, numbers, sizeof(uint32_t));
	least = (d.a.n < d.b.n ? d.a.n : d.b.n) + 1;
	w.found = arena_array(scratch, least, sizeof(struct place));
	w.tails = arena_array(scratch, least, sizeof(uint32_t));
	w.before = arena_array(scratch, least, sizeof(uint32_t));
	w.left = *budget;
	compare(&w, (struct gap){ 0, d.a.n, 0, d.b.n }, 0);
	gather(a, &w, &d);
	d.rough = w.rough;
	*budget = w.left;
	arena_free(scratch);
	*ret = d;
	return true;
}

/* ---- unified hunks */

/* Takes what one line costs off the room; false where it is not there. */
static bool take_room(struct diff_room *room, size_t bytes)
{
	enum {
		AROUND = 64
	}; /* a range; or the mark, the line feed and the words about a missing one */

	if (room->lines < 1 || room->bytes < bytes + AROUND)
		return false;
	room->lines--;
	room->bytes -= bytes + AROUND;
	return true;
}

static bool write_line(struct buf *b, struct diff_room *room, char mark, struct text line)
{
	bool ends = text_ends(line, TEXT("\n"));
	struct text shown = ends ? text_sub(line, 0, line.n - 1) : line;
	size_t cut = shown.n;

	if (shown.n > DIFF_LINE_BYTES)
		for (cut = DIFF_LINE_BYTES;
		     cut > 0 && ((unsigned char)shown.p[cut] & 0xc0) == 0x80;)
			cut--; /* not within a character */
	if (!take_room(room, cut))
		return false;
	buf_byte(b, mark);
	buf_add(b, text_sub(shown, 0, cut));
	if (cut < shown.n)
		buf_add(b, TEXT("..."));
	buf_byte(b, '\n');
	if (!ends)
		buf_add(b, TEXT("\\ No newline at end of file\n"));
	return true;
}

static bool write_lines(struct buf *b, struct diff_room *room, char mark, const struct texts *lines,
			size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (!write_line(b, room, mark, lines->v[i]))
			return false;
	return true;
}

/* The hunk that begins with change `from`: one behind its last change. */
static size_t hunk_end(const struct diff *d, size_t from)
{
	size_t to = from + 1;

	while (to < d->nchanges &&
	       d->changes[to].a - (d->changes[to - 1].a + d->changes[to - 1].a_n) <=
		       2 * DIFF_CONTEXT)
		to++;
	return to;
}

/* As diff(1): an empty side stands behind the line before. */
static void write_range(struct buf *b, char mark, size_t at, size_t n)
{
	buf_fmt(b, "%c%zu", mark, n ? at + 1 : at);
	if (n != 1)
		buf_fmt(b, ",%zu", n);
}

/* False where the room ended within it. */
static bool write_hunk(struct buf *b, struct diff_room *room, const struct diff *d, size_t from,
		       size_t to)
{
	const struct diff_change *first = &d->changes[from], *last = &d->changes[to - 1];
	size_t before = first->a < DIFF_CONTEXT ? first->a : DIFF_CONTEXT;
	size_t after = d->a.n - (last->a + last->a_n), i = first->a - before;

	if (after > DIFF_CONTEXT)
		after = DIFF_CONTEXT;
	if (!take_room(room, 0))
		return false;
	buf_add(b, TEXT("@@ "));
	write_range(b, '-', i, last->a + last->a_n + after - i);
	buf_byte(b, ' ');
	write_range(b, '+', first->b - before, last->b + last->b_n + after - (first->b - before));
	buf_add(b, TEXT(" @@\n"));
	for (const struct diff_change *c = first; c <= last; c++) {
		if (!write_lines(b, room, ' ', &d->a, i, c->a) ||
		    !write_lines(b, room, '-', &d->a, c->a, c->a + c->a_n) ||
		    !write_lines(b, room, '+', &d->b, c->b, c->b + c->b_n))
			return false;
		i = c->a + c->a_n;
	}
	return write_lines(b, room, ' ', &d->a, i, i + after);
}

size_t diff_unified(struct buf *b, const struct diff *d, struct diff_room *room)
{
	size_t left = 0;

	for (size_t from = 0, to; from < d->nchanges; from = to) {
		to = hunk_end(d, from);
		if (left || room->lines < DIFF_LEAST_LINES || !write_hunk(b, room, d, from, to))
			left++;
	}
	return left;
}
