/* The content of one crate's file in the sparse index (contract/index.md 2 to 5), made anew from
 * the database each time. */
#pragma once

#include "app/base/err.h"
#include "app/storage/storage.h"
#include "db/index.h"

struct config;
struct db;

struct sparse {
	struct text path;           /* below DATA/index */
	struct text bytes;          /* absent: no version is left, there must be no file */
	struct text name;           /* of the crate, as stored; absent without versions */
	struct storage_link *links; /* every version and its blob */
	size_t nlinks;
};

/* From rows: pure. ERR_INTERNAL where a stored list is no JSON. All arena. */
const struct err *must_use sparse_build(struct arena *a, const struct db_index_state *state,
					const struct db_index_version *versions, size_t nversions,
					const struct db_index_dep *deps, size_t ndeps, bool pubtime,
					struct sparse *ret);

/* The same from the database; everything is in db_arena(db). */
const struct err *must_use sparse_read(struct db *db, const struct db_index_state *state,
				       bool pubtime, struct sparse *ret);

/* What DATA/index/config.json must say: contract/index.md 1, design.md 7. arena */
struct text sparse_config_json(struct arena *a, const struct config *cfg);

/* Writes config.json where it says something else. ERR_BUSY, ERR_INTERNAL. */
const struct err *must_use sparse_put_config(struct storage *s, struct arena *a,
					     const struct config *cfg);
