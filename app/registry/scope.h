/* What a token may do: the endpoint scopes of contract/api.md 3.3. (Patterns of crates are in app/registry/name.h.) */
#pragma once

#include "app/base/text.h"

/* Exactly one of `publish-new`, `publish-update`, `yank`, `change-owners`, `trusted-publishing`. */
bool endpoint_scope_is_valid(struct text scope);
