/*
 * Dependents of a crate as their page lists them (contract/web.md P16): in an order, filtered, with every requirement that each has,
 * and how many there are of which kind. What is compared stands in indexes of reverse_dependencies (db/reverse.h), so a filter that
 * hardly any passes costs one pass over the entries of the crate, and no look at a row.
 */
#pragma once

#include "db/db.h"

enum dependent_order {
	DEPENDENTS_BY_DOWNLOADS, /* the most first */
	DEPENDENTS_BY_NAME,
	DEPENDENTS_BY_RECENT, /* their default version, the one that came last first */
	DEPENDENT_ORDERS
};

struct dependent_filter {
	uint64_t kinds;          /* one of 1 << enum dep_kind; 0: all */
	struct opt_u64 optional; /* 1: all its requirements are, 0: not all; not set: any */
	struct text range;       /* of db/reverse.h; absent: any */
};

/* Where a page begins: behind this one. Which members count depends on the order. */
struct dependent_place {
	uint64_t downloads, crate_id, version_id;
	struct text canon_name;
};

struct dependent_row {
	uint64_t crate_id, version_id, downloads;
	struct text name, canon_name, num;
	struct text description; /* absent: none */
	int64_t created_us;      /* of the version */
};

/* after NULL: from the beginning. limit at most 100, offset at most 20,000. One query. */
const struct err *must_use db_dependents_find(struct db *db, uint64_t target_id,
					      enum dependent_order order,
					      const struct dependent_filter *f,
					      const struct dependent_place *after, uint64_t limit,
					      uint64_t offset, struct dependent_row **ret,
					      size_t *ret_n);

struct dependent_requirement {
	uint64_t version_id, kind; /* enum dep_kind */
	struct text req, target;   /* target absent: everywhere */
	struct text renamed;       /* explicit_name; absent: none */
	bool optional;
};

/* All requirements on the crate of at most DEPENDENT_VERSIONS_MAX versions: by version, then by kind. One query. */
enum { DEPENDENT_VERSIONS_MAX = 16 };
const struct err *must_use db_dependent_requirements(struct db *db, uint64_t target_id,
						     const uint64_t *version_ids, size_t n,
						     struct dependent_requirement **ret,
						     size_t *ret_n);

struct dependent_share {
	uint64_t kinds, optional;
	struct text range;
	uint64_t n;
};

/* How many of the DEPENDENTS_COUNTED most downloaded ones are how; the most frequent first. One query. */
enum { DEPENDENTS_COUNTED = 20000, DEPENDENT_SHARES_MAX = 2000 };
const struct err *must_use db_dependent_shares(struct db *db, uint64_t target_id,
					       struct dependent_share **ret, size_t *ret_n);

extern const struct db_stmt *const db_dependent_list_stmts[];
