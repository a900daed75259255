/* A badge: a label and a value beside each other in 20 pixels of height, as a picture of its own. */
#pragma once

#include "app/base/buf.h"

enum badge_colour { BADGE_BLUE, BADGE_GREEN, BADGE_ORANGE, BADGE_GREY };

enum { SVG_BADGE_BYTES = 16 * 1024, BADGE_CHARS = 40 };

/* Both texts are escaped here and cut at BADGE_CHARS characters. White text has 4.5:1 on every colour. */
void svg_badge(struct buf *b, struct text label, struct text value, enum badge_colour colour);

/* How wide a text is at 11 pixels of Verdana: where another font is used, it is stretched to that. */
unsigned badge_text_width(struct text t);
