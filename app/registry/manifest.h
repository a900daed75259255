/*
 * What a registry reads of a Cargo.toml, and where it is read: contract/publish.md 6 to 9, after
 * cargo's src/cargo/util/toml and crates.io's crates/crates_io_tarball/src/manifest.rs. All texts
 * are arena.
 */
#pragma once

#include "app/base/text.h"

struct arena;
struct toml;

enum dep_kind { DEP_NORMAL = 0, DEP_BUILD = 1, DEP_DEV = 2 }; /* stored in dependencies.kind */

struct manifest_dep {
	struct text name;           /* of the package, after `package = "..."` */
	struct text explicit_name;  /* the TOML key, absent unless `package` was given */
	struct text req;            /* as written; "*" where there is none */
	struct text target;         /* key of [target.*] as written; absent for none */
	struct text registry;       /* `registry`; absent for none */
	struct text registry_index; /* `registry-index`; absent for none */
	struct texts features;
	enum dep_kind kind;
	bool optional, default_features;
};

struct manifest_feature {
	struct text name;
	struct texts values;
};

struct manifest {
	struct text name, version;
	struct text description, homepage, documentation, repository,
		license;       /* as given; absent for none */
	bool has_license_file; /* license-file, not empty */
	struct text readme;    /* its path as written; absent for none, and for true and false */
	struct text edition, rust_version, links;
	struct texts keywords, categories;
	struct manifest_feature *features; /* sorted by name */
	size_t nfeatures;
	struct manifest_dep *deps; /* in the order of contract/publish.md 9 */
	size_t ndeps;
	bool has_lib, proc_macro; /* proc_macro: that library is one */
	bool build_script;
	struct text lib_name;    /* absent without a library */
	struct texts bin_names;  /* [[bin]] in the order of the text, then what was found, sorted by
				    file name */
	struct text path_in_vcs; /* of .cargo_vcs_info.json; empty if there is none */
};

struct manifest_draft; /* a Cargo.toml that was read, before its targets are looked for */

/*
 * Reads the text of a Cargo.toml; manifest_complete then needs no more of it than *ret (arena).
 * NULL on success; else the sentence behind "failed to parse `Cargo.toml` manifest file\n\n"
 * (arena).
 */
const struct text *manifest_read(struct arena *a, struct text toml, struct manifest_draft **ret);

/*
 * The library and the programs, by what the archive has: paths below its root, without "." and
 * empty components; only "build.rs" and those that begin with "src/" matter. Fails like manifest_read. path_in_vcs
 * is left empty.
 */
const struct text *manifest_complete(struct arena *a, const struct manifest_draft *draft,
				     struct texts paths, struct manifest *ret);

/* Both in one. */
const struct text *manifest_parse(struct arena *a, struct text toml, struct texts paths,
				  struct manifest *ret);
