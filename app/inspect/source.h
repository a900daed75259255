/* What the bytes of a published file are, for a page that shows them. */
#pragma once

#include "app/base/text.h"

struct arena;

enum source_kind {
	SOURCE_TEXT,
	SOURCE_PNG,
	SOURCE_JPEG,
	SOURCE_GIF,
	SOURCE_WEBP,
	SOURCE_BINARY,
	SOURCE_LARGE, /* more than was asked for; nothing is known of it */
	SOURCE_KINDS,
};

/* By its first bytes: a known image, or binary where there is a NUL among the first 8,000 (contract/web.md 4.6). Never
 * SOURCE_LARGE. */
enum source_kind source_kind(struct text bytes);

/* Text that a page and JSON can hold (arena): U+FFFD for what is no UTF-8 and for NUL. At most three times as long. */
struct text source_text(struct arena *a, struct text bytes);
