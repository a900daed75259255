/*
 * What a file with a picture begins with, for strangers' bytes that a browser will be shown: PNG (ISO/IEC 15948), JPEG (ITU-T
 * T.81), GIF (GIF89a) and WebP (RFC 9649). Nothing is decoded; each look is at a bounded place, and JPEG's segments are walked
 * once.
 */
#pragma once

#include "app/base/text.h"

enum image_kind { IMAGE_NONE, IMAGE_PNG, IMAGE_JPEG, IMAGE_GIF, IMAGE_WEBP };

/* By the first bytes. */
enum image_kind image_kind(struct text bytes);

/* "png", "jpg", "gif", "webp"; NULL for IMAGE_NONE. */
const char *image_ending(enum image_kind kind);

/* Width and height that its header says, in pixels; false where it has none. */
bool image_size(struct text bytes, uint32_t *ret_width, uint32_t *ret_height);
