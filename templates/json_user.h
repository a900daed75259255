/* JSON of people: contract/api.md 7.3. */
#pragma once

#include "app/base/jw.h"
#include "db/user_view.h"

/* User under the key (NULL in an array); null where the view is nobody. */
void json_user(struct jw *j, const char *key, const struct user_view *u);
