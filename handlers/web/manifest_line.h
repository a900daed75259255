/* The line of Cargo.toml that depends on a crate of this registry, and commands of cargo, as pages offer them to be copied. */
#pragma once

#include "app/base/text.h"

struct req;

/* name = "OPVERSION", with the name of this registry unless it stands in crates.io's place; num without build metadata. arena */
struct text manifest_line(struct req *r, struct text name, const char *op, struct text num);

/* "cargo add serde@=1.0.0 --registry house" for verb "add" and op "@="; num absent: the newest, and no op. arena */
struct text cargo_line(struct req *r, const char *verb, struct text name, const char *op,
		       struct text num);
