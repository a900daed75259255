#include "templates/svg_badge.h"

#include "app/base/xml.h"

enum { HEIGHT = 20, PADDING = 6, BASELINE = 14, FONT_PX = 11, WIDE = 750 };

/* Advance widths of Verdana in thousandths of its size, from the blank to the tilde. */
static const uint16_t widths[] = {
	352,  394, 459, 818, 636, 1076, 727, 269, 454, 454, 636, 818, 364, 454, 364, 454,
	636,  636, 636, 636, 636, 636,  636, 636, 636, 636, 454, 454, 818, 818, 818, 545,
	1000, 684, 686, 698, 771, 632,  575, 775, 751, 421, 455, 693, 557, 843, 748, 787,
	603,  787, 695, 684, 616, 732,  684, 989, 685, 615, 685, 454, 454, 454, 818, 636,
	636,  601, 623, 521, 623, 596,  352, 623, 633, 274, 344, 592, 274, 973, 633, 607,
	623,  623, 427, 521, 394, 633,  592, 818, 592, 592, 525, 635, 454, 635, 818,
};

static const char *const colours[] = {
	[BADGE_BLUE] = "#1565a8",
	[BADGE_GREEN] = "#2d7a3e",
	[BADGE_ORANGE] = "#a8521b",
	[BADGE_GREY] = "#5f656b",
};

unsigned badge_text_width(struct text t)
{
	unsigned sum = 0;
	size_t at = 0;
	uint32_t c;

	while (text_next_char(t, &at, &c))
		sum += c >= ' ' && c <= '~' ? widths[c - ' '] : WIDE;
	return (sum * FONT_PX + 999) / 1000;
}

static struct text first_chars(struct text t)
{
	size_t at = 0;
	uint32_t c;

	for (size_t i = 0; i < BADGE_CHARS; i++)
		if (!text_next_char(t, &at, &c))
			break;
	return text_sub(t, 0, at);
}

static void put_text(struct buf *b, unsigned x, struct text t)
{
	buf_fmt(b, "<text x=\"%u\" y=\"%d\" textLength=\"%u\">", x, BASELINE, badge_text_width(t));
	xml_text(b, t);
	buf_add(b, TEXT("</text>"));
}

void svg_badge(struct buf *b, struct text label, struct text value, enum badge_colour colour)
{
	unsigned left, right;

	label = first_chars(label);
	value = first_chars(value);
	left = badge_text_width(label) + 2 * PADDING;
	right = badge_text_width(value) + 2 * PADDING;
	buf_fmt(b,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%d\" role=\"img\" "
		"aria-labelledby=\"t\"><title id=\"t\">",
		left + right, HEIGHT);
	xml_text(b, label);
	buf_add(b, TEXT(": "));
	xml_text(b, value);
	buf_fmt(b,
		"</title><rect width=\"%u\" height=\"%d\" rx=\"3\" fill=\"#444a50\"/>"
		"<path fill=\"%s\" d=\"M%u 0h%ua3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-%uz\"/>",
		left + right, HEIGHT, colours[colour], left, right - 3, right - 3);
	buf_add(b, TEXT("<g fill=\"#fff\" font-size=\"11\" "
			"font-family=\"Verdana,DejaVu Sans,Geneva,sans-serif\">"));
	put_text(b, PADDING, label);
	put_text(b, left + PADDING, value);
	buf_add(b, TEXT("</g></svg>\n"));
}
