#include "app/base/image.h"

/* Big-endian and little-endian numbers of up to four bytes; false beyond the end. */
static bool be(struct text t, size_t at, size_t n, uint32_t *ret)
{
	uint32_t v = 0;

	if (at > t.n || t.n - at < n)
		return false;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)t.p[at + i];
	*ret = v;
	return true;
}

static bool le(struct text t, size_t at, size_t n, uint32_t *ret)
{
	uint32_t v = 0;

	if (at > t.n || t.n - at < n)
		return false;
	for (size_t i = n; i > 0; i--)
		v = v << 8 | (unsigned char)t.p[at + i - 1];
	*ret = v;
	return true;
}

enum image_kind image_kind(struct text bytes)
{
	if (text_starts(bytes, TEXT("\x89PNG\r\n\x1a\n")))
		return IMAGE_PNG;
	if (text_starts(bytes, TEXT("\xff\xd8\xff")))
		return IMAGE_JPEG;
	if (text_starts(bytes, TEXT("GIF87a")) || text_starts(bytes, TEXT("GIF89a")))
		return IMAGE_GIF;
	if (text_starts(bytes, TEXT("RIFF")) && text_eq(text_sub(bytes, 8, 12), TEXT("WEBP")))
		return IMAGE_WEBP;
	return IMAGE_NONE;
}

const char *image_ending(enum image_kind kind)
{
	static const char *const endings[] = {
		[IMAGE_PNG] = "png",
		[IMAGE_JPEG] = "jpg",
		[IMAGE_GIF] = "gif",
		[IMAGE_WEBP] = "webp",
	};

	return endings[kind];
}

/* The segments up to the start of a frame (T.81 B.1.1, B.2.2). */
static bool jpeg_size(struct text t, uint32_t *w, uint32_t *h)
{
	size_t at = 2;
	uint32_t marker, length;

	while (be(t, at, 1, &marker) && marker == 0xff && be(t, at + 1, 1, &marker)) {
		if (marker == 0xff) { /* filling */
			at++;
			continue;
		}
		if (marker == 0xd9 || marker == 0xda) /* the end, or the scan: too late */
			return false;
		if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) { /* without length */
			at += 2;
			continue;
		}
		/* SOF0 to SOF15 but DHT, JPG and DAC */
		if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
		    marker != 0xcc)
			return be(t, at + 5, 2, h) && be(t, at + 7, 2, w);
		if (!be(t, at + 2, 2, &length) || length < 2)
			return false;
		at += 2 + length;
	}
	return false;
}

/* Of the first chunk, which says which of three kinds it is (RFC 9649 2.5 to 2.7; RFC 6386 9.1). */
static bool webp_size(struct text t, uint32_t *w, uint32_t *h)
{
	struct text chunk = text_sub(t, 12, 16);
	uint32_t v;

	if (text_eq(chunk, TEXT("VP8 "))) {
		if (!le(t, 26, 2, w) || !le(t, 28, 2, h))
			return false;
		*w &= 0x3fff;
		*h &= 0x3fff;
		return text_eq(text_sub(t, 23, 26), TEXT("\x9d\x01\x2a"));
	}
	if (text_eq(chunk, TEXT("VP8L"))) {
		if (!le(t, 21, 4, &v) || t.p[20] != '\x2f')
			return false;
		*w = (v & 0x3fff) + 1;
		*h = (v >> 14 & 0x3fff) + 1;
		return true;
	}
	if (!text_eq(chunk, TEXT("VP8X")) || !le(t, 24, 3, w) || !le(t, 27, 3, h))
		return false;
	++*w;
	++*h;
	return true;
}

bool image_size(struct text bytes, uint32_t *ret_width, uint32_t *ret_height)
{
	uint32_t w = 0, h = 0;
	bool ok = false;

	switch (image_kind(bytes)) {
	case IMAGE_NONE:
		break;
	case IMAGE_PNG:
		ok = text_eq(text_sub(bytes, 12, 16), TEXT("IHDR")) && be(bytes, 16, 4, &w) &&
		     be(bytes, 20, 4, &h);
		break;
	case IMAGE_GIF:
		ok = le(bytes, 6, 2, &w) && le(bytes, 8, 2, &h);
		break;
	case IMAGE_JPEG:
		ok = jpeg_size(bytes, &w, &h);
		break;
	case IMAGE_WEBP:
		ok = webp_size(bytes, &w, &h);
		break;
	}
	if (!ok || !w || !h)
		return false;
	*ret_width = w;
	*ret_height = h;
	return true;
}
