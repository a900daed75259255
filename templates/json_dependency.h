/* JSON of dependencies: contract/api.md 7.4. */
#pragma once

#include "app/base/jw.h"
#include "db/dependency_view.h"

void json_dependencies(struct jw *j, const char *key, const struct dependency_view *d, size_t n);
