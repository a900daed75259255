/* base64url (RFC 4648 5), without padding, as JSON Web Tokens and the `seek` of a page have it. */
#pragma once

#include "app/base/text.h"

struct arena;

struct text base64url_encode(struct arena *a, struct text t); /* arena */

/* arena. False for padding, other characters, and bits at the end that belong to no byte: each value has one spelling. */
bool must_use base64url_decode(struct arena *a, struct text t, struct text *ret);
