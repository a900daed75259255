/*
 * The library and the programs of a package: what its manifest names, and what cargo finds by
 * itself (doc.rust-lang.org/cargo/reference/cargo-targets.html#target-auto-discovery; upstream:
 * crates_io_cargo_toml/src/lib.rs, complete_from_abstract_filesystem).
 */
#pragma once

#include "app/registry/manifest.h"

/*
 * Sets has_lib, lib_name, proc_macro, build_script and bin_names of *m by its name and edition. NULL, or the sentence for a
 * library that is not there. The types of root and package were checked.
 */
const struct text *manifest_targets(struct arena *a, const struct toml *root,
				    const struct toml *package, struct texts paths,
				    struct manifest *m);
