/*
 * One version as the index has it: one line of JSON (contract/index.md 3 and 5). The file of a
 * crate is made of these lines, versions ordered by (created_us, semver).
 */
#pragma once

#include "app/base/hash.h"
#include "app/registry/manifest.h"

struct buf;

struct index_dep {
	struct text name;    /* what the manifest calls it: the rename, if it is renamed */
	struct text package; /* the crate, where that differs from name in a rename; else absent */
	struct text req;     /* as stored, normalised */
	struct text target;  /* absent for none */
	struct texts features;
	enum dep_kind kind;
	bool optional, default_features;
};

struct index_version {
	struct text name, num;
	const struct index_dep *deps; /* in any order */
	size_t ndeps;
	struct sha256 cksum;
	const struct manifest_feature *features; /* unsplit, in any order */
	size_t nfeatures;
	struct text links, rust_version; /* absent for none */
	int64_t created_us;
	bool yanked;
	bool pubtime; /* write created_us, cut to seconds */
};

/* Adds the line and its '\n' to b. Room to work in is taken from b's arena. */
void index_line(struct buf *b, const struct index_version *v);

/* Fills a dependency from the manifest's: req must be the normalised one. Texts are borrowed. */
struct index_dep index_dep_of(const struct manifest_dep *d, struct text req);
