/*
 * The opaque `seek` of a page: base64url without padding of compact JSON, a list of what the order
 * of the page compares (contract/api.md 5).
 */
#pragma once

#include "app/base/text.h"

struct arena;

/* arena: [text, id] or, with absent text, [number, id]. */
struct text seek_encode(struct arena *a, struct text t, int64_t number, uint64_t id);

/* The same back; false for anything else, padding and further elements included. */
bool seek_decode_text(struct arena *a, struct text seek, struct text *ret_text, uint64_t *ret_id);
bool seek_decode_number(struct arena *a, struct text seek, int64_t *ret_number, uint64_t *ret_id);
