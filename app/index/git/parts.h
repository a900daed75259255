/* What the files of this folder share: the run, and what each does for the others. git.h is what the rest sees. */
#pragma once

#include "app/index/git/git.h"
#include "app/index/git_wire.h"

/* not git2.h: in git2/index.h is a word that banned.h has none of */
#include <git2/oid.h>
#include <git2/types.h>

#define EXPORT_BRANCH "refs/heads/master"
enum { EXPORT_HEX = 40 };

struct change {
	struct text path; /* NUL-terminated */
	size_t number;    /* in the order of their coming */
	git_oid id;
	bool gone;
};

struct git_export {
	struct arena *arena; /* the caller's */
	git_repository *repo;
	git_odb *odb;
	struct memory *memory; /* the odb's */
	const char *name, *mail;

	git_oid head, tip; /* of master on disk; and of what this run has made of it */
	bool has_head, has_tip;
	git_tree *tree; /* of tip; NULL: there is none */
	uint64_t commits;
	struct text snapshot;

	struct arena *changes_arena; /* of the commit that is being gathered */
	struct change *changes;
	size_t nchanges, room;
	bool whole;

	bool compares;
	uint64_t ndiffer;
	struct text differ[GIT_WIRE_DIFFER_MAX];
};

/* ---- repository.c */

/* ERR_BUSY where the disk is full, else ERR_INTERNAL; the cause is what libgit2 said last. */
const struct err *export_failed(struct git_export *g, const char *what);

/* An operation that may not come at this place of a run. */
const struct err *export_out_of_order(struct git_export *g);

/* 0, or what libgit2 says. *ret false: there is no such branch. */
int export_find_branch(struct git_export *g, const char *name, git_oid *ret_id, bool *ret);

/* Twice as much room, from malloc: it lives as long as the run. */
void *export_grown(void *p, size_t *room, size_t size);

/* ---- memory.c: objects of this run until they are in a pack */

/* Once a run: the repository keeps new objects in memory from here on. */
const struct err *must_use memory_begin(struct git_export *g);

/* What is in memory becomes a pack, synced and whole before it has its name. */
const struct err *must_use memory_flush(struct git_export *g);

/* The same where there is a lot of it. */
const struct err *must_use memory_flush_if_large(struct git_export *g);

/* An object that is anywhere already is not written again. */
const struct err *must_use memory_put_blob(struct git_export *g, struct text bytes, git_oid *ret);

/* ---- commits.c */

/* A commit of that tree, which becomes the tip; parent NULL: it has none. */
const struct err *must_use commits_add(struct git_export *g, const git_oid *tree_id,
				       const git_oid *parent_or_null, struct text message);

/* The end of a run that compares: what the tree has and nobody has named. */
const struct err *must_use commits_compare_rest(struct git_export *g);
