/*
 * Names that may be meant to be mistaken for those of well-known crates (contract/jobs.md 10): which names of a corpus a new
 * name could be a slip, a variant or a bit flip of. It only says what is alike; a person judges. Names are compared as they
 * are stored, by bytes.
 */
#pragma once

#include "app/base/text.h"

struct arena;

/* A crate that is worth being mistaken for. */
struct typosquat_crate {
	uint64_t id;
	struct text name;
};

enum { TYPOSQUAT_HITS_MAX = 100 };

struct typosquat_hit {
	struct text similar; /* name of the corpus; borrowed from it */
	struct text what;    /* in the reference's words: "swaps characters in serde"; arena */
};

/* Sorts them by name, as typosquat_find wants them. */
void typosquat_sort(struct typosquat_crate *corpus, size_t n);

/* Whether the new crate and that one have an owner in common, a user or a team: then they are no strangers. */
typedef bool typosquat_kin(void *ctx, uint64_t crate_id);

/*
 * In the order of the contract's table, each sentence once, at most TYPOSQUAT_HITS_MAX. None for a name that is in the corpus
 * itself, or that is none (more than NAME_MAX_CHARS bytes). kin is asked only about crates whose names are alike. arena
 */
size_t typosquat_find(struct arena *a, struct text name, const struct typosquat_crate *corpus,
		      size_t n, typosquat_kin *kin, void *ctx, struct typosquat_hit **ret);
