/*
 * Pictures of figures as SVG inside of a page (contract/web.md 15.3): drawn with whole numbers and relative commands,
 * by attributes alone, since the pages' Content-Security-Policy forbids style attributes.
 *
 * Colours are the style sheet's: a series is of class s0 to s5, which sets `color`, and all is drawn in currentColor;
 * each series has a pattern of dashes of its own as well. Beside them: `chart`, `spark` and `bars` of the <svg>, `grid`,
 * `tick`, `area` (its stroke is the page's background), `line`, `hatch` (what is not over yet) and `hit` (bands with the
 * figure of a point as their <title>).
 *
 * Names are escaped here. Nothing fails; a buf that is too small overflows as always.
 */
#pragma once

#include "templates/chart.h"

enum chart_mode { CHART_STACKED, CHART_LINES };

enum { SVG_CHART_BYTES = 64 * 1024 }; /* no chart is larger */

/*
 * 720 by 240, role="img" with title and a description of first and last day, sum and peak. id is a word that no other
 * picture of the page has: it begins the ids inside.
 */
void svg_chart(struct buf *b, const struct chart *c, enum chart_mode mode, struct text id,
	       struct text title);

/* The key of a series for the legend, 28 by 12, without a name: the text stands beside it. */
void svg_chart_key(struct buf *b, size_t series, enum chart_mode mode);

/* 120 by 24, aria-hidden: stands beside the same as a number. At most CHART_POINTS_MAX figures are drawn, the last ones. */
void svg_sparkline(struct buf *b, const uint64_t *v, size_t n);

struct svg_bar {
	struct text label;
	uint64_t v;
};

enum { SVG_BARS_MAX = 30 };

/* One bar below the other with its label and figure, as wide as its share of the largest. The first SVG_BARS_MAX. */
void svg_bars(struct buf *b, const struct svg_bar *bars, size_t n, struct text id,
	      struct text title);
