/* JSON of whoever is signed in: contract/api.md 7.3. */
#pragma once

#include "app/base/jw.h"
#include "db/owned.h"
#include "db/user.h"

/* The members of Me, inside of an object: user (AuthenticatedUser) and owned_crates. */
void json_me(struct jw *j, const struct user_row *u, const struct owned_crate *owned, size_t n);
