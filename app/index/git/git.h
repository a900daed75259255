/*
 * The git index as a repository on disk: what cratehouse-git does (contract/index.md 7.2). Only this folder
 * knows libgit2: repository.c begins and ends a run, commits.c and squash.c make commits, memory.c keeps their objects.
 *
 * A run gathers commits in memory and in packs that nothing refers to yet; git_export_end puts the rest into a pack, syncs
 * it, and moves `master` once. So a run that ends before, in whatever way, has changed nothing, and no loose objects come
 * to be. One process at a time may do this (its caller holds a lock); readers may read all the time.
 *
 * Errors are ERR_INTERNAL, and ERR_BUSY for a full disk; after one, the run is over. Texts are borrowed for the call.
 */
#pragma once

#include "app/base/err.h"

struct git_export;

struct git_export_in {
	const char *dir;         /* of the bare repository: made where it is not there */
	const char *name, *mail; /* who commits */
};

/* owned (free with git_export_free). a is for errors and the answer. */
const struct err *must_use git_export_open(struct arena *a, const struct git_export_in *in,
					   struct git_export **ret);
void git_export_free(struct git_export *g);

/* One for each operation of git_wire.h. */
const struct err *must_use git_export_crate(struct git_export *g, struct text name,
					    struct text path, struct text bytes);
const struct err *must_use git_export_file(struct git_export *g, struct text path,
					   struct text bytes);
const struct err *must_use git_export_whole(struct git_export *g);
const struct err *must_use git_export_commit(struct git_export *g, struct text message);
const struct err *must_use git_export_compare(struct git_export *g);
const struct err *must_use git_export_squash(struct git_export *g, struct text today);

struct git_export_out {
	uint64_t commits, packs, ndiffer;
	struct text head;     /* 40 hex digits; absent: there is no commit yet */
	struct text snapshot; /* the branch that a squash made; absent: none */
	struct texts differ;  /* paths, at most GIT_WIRE_DIFFER_MAX */
};

/* ret is arena. */
const struct err *must_use git_export_end(struct git_export *g, struct git_export_out *ret);
