/*
 * What the index file of a crate is made of (app/index/sparse.h), and the row that says which
 * writing of it is the newest. Names are canonical. Rows are in db_arena(db).
 */
#pragma once

#include "app/base/hash.h"
#include "db/db.h"

struct db_index_state {
	struct text canon_name, name; /* name: the spelling that the path is made of */
	uint64_t index_gen;
	int64_t index_stamp; /* whole seconds: the file's mtime */
};

/* Read on the primary, and on a cluster not before it has what other nodes committed. *ret_found false: no such crate ever was. */
const struct err *must_use db_index_state(struct db *db, struct text canon,
					  struct db_index_state *ret, bool *ret_found);

struct db_index_version {
	uint64_t id;
	struct text name; /* of the crate */
	struct text num;
	struct sha256 tar_sha256;
	uint64_t crate_size;
	bool without_bytes;   /* it came with a dump: there may be no blob */
	struct text features; /* JSON object */
	bool yanked;
	struct text links, rust_version; /* absent for none */
	int64_t created_us;
};

/* In the order of the file: created_us, then precedence. None: the crate is deleted. */
const struct err *must_use db_index_versions(struct db *db, struct text canon,
					     struct db_index_version **ret, size_t *ret_n);

struct db_index_dep {
	uint64_t version_id;
	struct text crate_name, explicit_name; /* explicit_name absent: not renamed */
	struct text req, target;               /* target absent for none */
	struct text features;                  /* JSON list */
	uint64_t kind;                         /* enum dep_kind */
	bool optional, default_features;
};

/* Of all versions, by version_id. */
const struct err *must_use db_index_deps(struct db *db, struct text canon,
					 struct db_index_dep **ret, size_t *ret_n);

/* The next rows after that canonical name, at most 500: the empty text to begin. */
const struct err *must_use db_index_list(struct db *db, struct text after,
					 struct db_index_state **ret, size_t *ret_n);

extern const struct db_stmt *const db_index_stmts[]; /* for check-sql */
