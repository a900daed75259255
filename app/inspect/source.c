#include "app/inspect/source.h"

#include "app/base/arena.h"
#include "app/base/buf.h"

enum { BINARY_LOOK = 8000 };

static const struct text replacement = TEXT_INIT("\xef\xbf\xbd");

enum source_kind source_kind(struct text bytes)
{
	if (text_starts(bytes, TEXT("\x89PNG\r\n\x1a\n")))
		return SOURCE_PNG;
	if (text_starts(bytes, TEXT("\xff\xd8\xff")))
		return SOURCE_JPEG;
	if (text_starts(bytes, TEXT("GIF87a")) || text_starts(bytes, TEXT("GIF89a")))
		return SOURCE_GIF;
	if (text_starts(bytes, TEXT("RIFF")) && text_eq(text_sub(bytes, 8, 12), TEXT("WEBP")))
		return SOURCE_WEBP;
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
