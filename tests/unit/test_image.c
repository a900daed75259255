/* app/base/image.c: what kind of picture bytes are, and how large it says to be. */
#include "app/base/image.h"
#include "tests/unit/check.h"

#define PNG "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
#define RIFF "RIFF\0\0\0\0WEBP"

static const struct {
	const char *name;
	struct text bytes;
	enum image_kind kind;
	uint32_t width, height; /* 0: it does not say */
} t[] = {
	{ "nothing", TEXT_INIT(""), IMAGE_NONE, 0, 0 },
	{ "HTML", TEXT_INIT("<html><body>PNG"), IMAGE_NONE, 0, 0 },
	{ "SVG", TEXT_INIT("<svg xmlns=\"http://www.w3.org/2000/svg\">"), IMAGE_NONE, 0, 0 },
	{ "a PNG", TEXT_INIT(PNG "\0\0\1\0\0\0\0\x80"), IMAGE_PNG, 256, 128 },
	{ "a PNG of nothing", TEXT_INIT(PNG "\0\0\0\0\0\0\0\x80"), IMAGE_PNG, 0, 0 },
	{ "a PNG cut off", TEXT_INIT(PNG "\0\0\1\0\0\0\0"), IMAGE_PNG, 0, 0 },
	{ "a PNG with another chunk in front",
	  TEXT_INIT("\x89PNG\r\n\x1a\n\0\0\0\rIDAT\0\0\1\0\0\0\1\0"), IMAGE_PNG, 0, 0 },
	{ "a huge PNG", TEXT_INIT(PNG "\xff\xff\xff\xff\xff\xff\xff\xff"), IMAGE_PNG, UINT32_MAX,
	  UINT32_MAX },
	{ "GIF 87", TEXT_INIT("GIF87a\x10\0\x20\x01"), IMAGE_GIF, 16, 288 },
	{ "GIF 89", TEXT_INIT("GIF89a\x10\0\x20\x01\0"), IMAGE_GIF, 16, 288 },
	{ "a GIF cut off", TEXT_INIT("GIF89a\x10\0\x20"), IMAGE_GIF, 0, 0 },
	{ "GIF 90", TEXT_INIT("GIF90a\x10\0\x20\x01"), IMAGE_NONE, 0, 0 },
	{ "a JPEG", TEXT_INIT("\xff\xd8\xff\xe0\0\4ab\xff\xff\xc2\0\x11\x08\1\2\3\4\3"), IMAGE_JPEG,
	  0x304, 0x102 },
	{ "a JPEG with tables in front",
	  TEXT_INIT("\xff\xd8\xff\xc4\0\2\xff\xdb\0\3a\xff\xc0\0\x11\x08\0\1\0\2"), IMAGE_JPEG, 2,
	  1 },
	{ "a JPEG without a frame",
	  TEXT_INIT("\xff\xd8\xff\xe0\0\2\xff\xda\0\2\xff\xc0\0\x11\x08\0\1\0\2"), IMAGE_JPEG, 0,
	  0 },
	{ "a JPEG with a segment of no length",
	  TEXT_INIT("\xff\xd8\xff\xe0\0\0\xff\xc0\0\x11\x08\0\1\0\2"), IMAGE_JPEG, 0, 0 },
	{ "a JPEG that ends within a length", TEXT_INIT("\xff\xd8\xff\xe0\0"), IMAGE_JPEG, 0, 0 },
	{ "a JPEG that is over", TEXT_INIT("\xff\xd8\xff\xd9"), IMAGE_JPEG, 0, 0 },
	{ "WebP, lossy", TEXT_INIT(RIFF "VP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x40\x41\x80\x02"),
	  IMAGE_WEBP, 320, 640 },
	{ "WebP, lossy, without its mark",
	  TEXT_INIT(RIFF "VP8 \0\0\0\0\0\0\0\x9d\x01\x2b\x40\1\x80\2"), IMAGE_WEBP, 0, 0 },
	{ "WebP, lossless", TEXT_INIT(RIFF "VP8L\0\0\0\0\x2f\xff\x40\0\0"), IMAGE_WEBP, 256, 2 },
	{ "WebP, extended", TEXT_INIT(RIFF "VP8X\0\0\0\0\0\0\0\0\xff\0\0\x1f\0\1"), IMAGE_WEBP, 256,
	  65568 },
	{ "WebP of nothing", TEXT_INIT(RIFF), IMAGE_WEBP, 0, 0 },
	{ "WebP of another kind", TEXT_INIT(RIFF "ALPH\0\0\0\0\x2f\xff\x40\0\0\0\0\0\0\0\0"),
	  IMAGE_WEBP, 0, 0 },
};

static void kinds_and_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		uint32_t w = 0, h = 0;
		bool ok = image_size(t[i].bytes, &w, &h);

		if (image_kind(t[i].bytes) != t[i].kind || ok != (t[i].width != 0) ||
		    w != t[i].width || h != t[i].height)
			fail_msg("%s: kind %d, %ux%u", t[i].name, (int)image_kind(t[i].bytes), w,
				 h);
		assert_int_equal(image_ending(t[i].kind) != NULL, t[i].kind != IMAGE_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_and_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
