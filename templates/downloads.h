/*
 * Downloads over time as a part of a page (templates/downloads.html): the picture, its legend with sums, the figures as a
 * table behind a <details>, and where they are as files. Once on a page.
 */
#pragma once

#include "templates/page.h"
#include "templates/svg_chart.h"

struct downloads_part {
	const struct chart *chart;
	enum chart_mode mode;
	struct text title;       /* what the picture shows, in words */
	struct text mode_prefix; /* "?range=30&chart=": the name of the mode goes behind it */
	struct text csv, json;   /* paths; absent: there is none */
};

/* Names of enum chart_mode in queries: "stacked", "lines". */
extern const char *const chart_modes[2];

void downloads_part(struct tmpl *t, const struct downloads_part *v);

/* For {{ }} of templates: the pictures of svg_chart.h. */
struct safe_html chart_picture(const struct tmpl *t, const struct downloads_part *v);
struct safe_html chart_bars(const struct tmpl *t, const struct svg_bar *bars, size_t n,
			    struct text title);
struct safe_html chart_key(const struct tmpl *t, const struct downloads_part *v, size_t series);
