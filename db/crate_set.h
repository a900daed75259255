/*
 * What a filter of lists lets pass, as a set of ids in memory. MariaDB tells the ids of one keyword, category, owner, follower
 * or letter in about 0.2 µs each (one value for all of them, of an index alone), while it takes a µs to look a crate up; so what
 * several parts of a filter have in common is found here, and so is a page: by passing along the order as it is kept
 * (db/crate_order.h), or by walking along the index of the sort order from whichever end is nearer.
 */
#pragma once

#include "app/base/bits.h"
#include "db/crate_list.h"

struct crate_set {
	uint64_t *ids; /* ascending, each once; arena */
	size_t n;
	uint64_t crates;  /* in the registry */
	struct bits bits; /* the same as ids, where those are small enough */
	bool read;        /* false: no part could be read, and there is nothing in ids */
	struct crate_filter
		rest; /* what the ids have not been through, parts that let more than CRATE_PART_MAX pass among it */
};

/*
 * The crates that the parts of the filter let pass, one after the other until no more than CRATE_SET_MAX are left: keywords,
 * category, owner, follower, letter, and what is yanked. One query for each that is read.
 */
const struct err *must_use db_crate_set(struct db *db, const struct crate_filter *f,
					struct crate_set *ret);

/* A set that was found otherwise, of everything else that is asked: ids are sorted in place and kept. */
struct crate_set crate_set_of_ids(struct arena *a, uint64_t *ids, size_t n);

bool crate_set_has(const struct crate_set *s, uint64_t id);

/*
 * Ids of a page of a set whose rest is empty, in order: at most limit of them, after the first offset. *ret_found is false,
 * and nothing found, where the keys of the whole set cost less. Up to two queries, seldom more.
 */
const struct err *must_use db_crate_set_page(struct db *db, enum crate_sort sort,
					     const struct crate_set *s, uint64_t limit,
					     uint64_t offset, uint64_t *ids, size_t *ret_n,
					     bool *ret_found);

extern const struct db_stmt *const db_crate_set_stmts[];
