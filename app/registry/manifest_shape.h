/*
 * Whether a Cargo.toml has the types that crates.io's reader demands
 * (crates/crates_io_cargo_toml/src/lib.rs), said as serde says it. Keys that are not named here are
 * not looked at.
 */
#pragma once

#include "app/base/text.h"

struct arena;
struct toml;

/* NULL, or the sentence with its place in the text, as the `toml` crate prints it (arena). */
const struct text *manifest_check(struct arena *a, struct text source, const struct toml *root);

/* The same for a table read as [package] from somewhere else ([project], or the whole file):
 * without a place. */
const struct text *manifest_check_package(struct arena *a, const struct toml *table);

/* `{ workspace = true }`, as a value that takes it from the workspace. */
bool manifest_is_inherited(const struct toml *v);
/* As an entry of a dependency table, where other keys may stand beside it. */
bool manifest_is_inherited_dep(struct arena *a, const struct toml *v);
