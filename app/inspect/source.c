#include "app/inspect/source.h"

#include "app/base/arena.h"
#include "app/base/buf.h"
#include "app/base/image.h"

enum { BINARY_LOOK = 8000 };

static const struct text replacement = TEXT_INIT("\xef\xbf\xbd");

enum source_kind source_kind(struct text bytes)
{
	switch (image_kind(bytes)) {
	case IMAGE_NONE:
		break;
	case IMAGE_PNG:
		return SOURCE_PNG;
	case IMAGE_JPEG:
		return SOURCE_JPEG;
	case IMAGE_GIF:
		return SOURCE_GIF;
	case IMAGE_WEBP:
		return SOURCE_WEBP;
	}
	return text_has_byte(text_sub(bytes, 0, BINARY_LOOK), '\0') ? SOURCE_BINARY : SOURCE_TEXT;
}

struct text source_text(struct arena *a, struct text bytes)
{
	struct text rest = text_is_utf8(bytes) ? bytes : text_lossy(a, bytes), part;
	struct buf b;

	if (!text_has_byte(rest, '\0'))
		return rest.n ? rest : TEXT("");
	b = buf_init(a, rest.n * 3);
	while (text_cut(&rest, '\0', &part)) {
		buf_add(&b, part);
		if (rest.p)
			buf_add(&b, replacement);
	}
	return buf_text(&b);
}
