/* The line of Cargo.toml that depends on a crate of this registry, as pages offer it to be copied. */
#pragma once

#include "app/base/text.h"

struct req;

/* name = "OPVERSION", with the name of this registry unless it stands in crates.io's place; num without build metadata. arena */
struct text manifest_line(struct req *r, struct text name, const char *op, struct text num);
