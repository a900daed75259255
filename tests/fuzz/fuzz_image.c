/* app/base/image.c: a size is said of nothing but a picture, and of none without a side. */
#include "app/base/image.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text in = fuzz_text(data, size);
	enum image_kind kind = image_kind(in);
	uint32_t width = 0, height = 0;
	bool ok = image_size(in, &width, &height);

	BUG_ON(ok && (kind == IMAGE_NONE || !width || !height));
	BUG_ON((kind == IMAGE_NONE) != (image_ending(kind) == NULL));
	return kind == IMAGE_NONE ? -1 : 0;
}
