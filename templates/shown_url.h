/* URLs of a crate that people may follow (contract/api.md 4.5). */
#pragma once

#include "app/base/text.h"

/* The URL as it is; absent where it has no host, or one of those that are not linked to any more. Borrowed. */
struct text shown_url(struct text url);
