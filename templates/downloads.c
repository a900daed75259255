#include "templates/downloads.h"

const char *const chart_modes[2] = { [CHART_STACKED] = "stacked", [CHART_LINES] = "lines" };

struct safe_html chart_picture(const struct tmpl *t, const struct downloads_part *v)
{
	struct buf b = buf_init(t->b->arena, SVG_CHART_BYTES);

	svg_chart(&b, v->chart, v->mode, TEXT("downloads"), v->title);
	return (struct safe_html){ buf_text(&b) };
}

struct safe_html chart_bars(const struct tmpl *t, const struct svg_bar *bars, size_t n,
			    struct text title)
{
	struct buf b = buf_init(t->b->arena, SVG_CHART_BYTES);

	svg_bars(&b, bars, n, TEXT("bars"), title);
	return (struct safe_html){ buf_text(&b) };
}

struct safe_html chart_key(const struct tmpl *t, const struct downloads_part *v, size_t series)
{
	struct buf b = buf_init(t->b->arena, SVG_CHART_BYTES);

	svg_chart_key(&b, series, v->mode);
	return (struct safe_html){ buf_text(&b) };
}
