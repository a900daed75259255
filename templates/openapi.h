/* docs/openapi.json as it was at build time (templates/openapic): compact JSON, and what its ETag says. */
#pragma once

#include "app/base/text.h"

struct openapi_document {
	struct text json, tag;
};

extern const struct openapi_document openapi_all;
extern const struct openapi_document openapi_public; /* without the operations marked x-internal */
