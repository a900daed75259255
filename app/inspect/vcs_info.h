/* .cargo_vcs_info.json, which `cargo package` puts into a .crate: where in its repository the
 * package is. */
#pragma once

#include "app/base/text.h"

struct arena;

/* Its path_in_vcs; "" where it has none, or is not what it should be (upstream ignores it then).
 * arena. */
struct text vcs_info_path(struct arena *a, struct text json);
