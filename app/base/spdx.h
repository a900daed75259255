/*
 * SPDX licence expressions (SPDX specification, annex «License expressions») as crates.io takes
 * them: '/' for OR, operators in all-upper or all-lower case, deprecated ids, '+' also after GNU
 * ids without a suffix. Ids are case-sensitive. The ids are those of app/registry/spdx-licenses.tsv
 * and spdx-exceptions.txt (SPDX list 3.28.0).
 */
#pragma once

#include "app/base/text.h"

struct arena;

/*
 * Absent if expr is a licence expression; else the expression, a newline and a mark below the place
 * with the reason, in the words of Rust's spdx crate: "MIT AND foobar\n        ^^^^^^ unknown
 * term". arena
 */
struct text spdx_error(struct arena *a, struct text expr);

bool spdx_is_license(struct text id);
bool spdx_is_exception(struct text id);
