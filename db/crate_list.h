/*
 * Lists of crates, filtered and sorted (contract/api.md 9). What the parts of a filter let pass is read as a set of ids
 * (db/crate_set.h), and a page of it is found there or by the keys of all of it, which are sorted in memory (db_crate_keys).
 * What has no filter, or one that lets more pass than is read, and what begins behind a key, is found by walking the index of
 * the sort order and looking each crate up in the filters: db_crate_walk, and db_crate_count for how many there are.
 */
#pragma once

#include "db/crate_view.h"

enum crate_sort {
	CRATE_BY_NAME,
	CRATE_BY_DOWNLOADS,
	CRATE_BY_RECENT_DOWNLOADS,
	CRATE_BY_UPDATE,
	CRATE_BY_CREATION,
	CRATE_BY_DEPENDENTS, /* of pages */
	CRATE_BY_RELEVANCE, /* of sets only: name and recent downloads, for what is equally relevant */
	CRATE_SORTS
};

/* CRATE_SET_MAX: what a search looks at, or a request names. CRATE_PART_MAX: ids that are read of one part of a filter. */
enum { CRATE_SET_MAX = 1000, CRATE_PART_MAX = 32768, CRATE_FILTER_KEYWORDS = 5 };

/* All must hold; what is not set lets everything pass. */
struct crate_filter {
	uint64_t keywords[CRATE_FILTER_KEYWORDS]; /* ids of all that it must have */
	uint64_t nkeywords;
	struct text
		category; /* its slug, or that of one above it; % and _ are wildcards, as upstream */
	uint64_t owner_kind, owner_id; /* enum owner_kind */
	uint64_t follower;             /* id of a user */
	char letter;                   /* the first one, in lower case; 0 for any */
	bool not_yanked;               /* has a version that is not */
};

bool crate_filter_is_empty(const struct crate_filter *f);

/* What a crate is sorted by; name and number are set where the sort order has them. */
struct crate_key {
	uint64_t id;
	struct text name;
	struct opt_i64 number; /* downloads, µs */
	uint64_t score;        /* of a search; not of the database */
	bool exact;
};

/* Ids of crates with exactly these names. n is at most CRATE_SET_MAX. */
const struct err *must_use db_crate_ids(struct db *db, const struct text *names, size_t n,
					uint64_t ids[CRATE_SET_MAX], size_t *ret_n);

/* Those of the ids that pass, with their keys, in no order; n is at most CRATE_PART_MAX. One query, none for no ids. */
const struct err *must_use db_crate_keys(struct db *db, enum crate_sort sort,
					 const struct crate_filter *f, const uint64_t *ids,
					 size_t n, struct crate_key **ret, size_t *ret_n);

/* Those that pass, in order: limit of them, after the first offset, or after a key where that is not NULL. */
const struct err *must_use db_crate_walk(struct db *db, enum crate_sort sort,
					 const struct crate_filter *f,
					 const struct crate_key *after, uint64_t limit,
					 uint64_t offset, struct crate_key **ret, size_t *ret_n);

/* How many pass. */
const struct err *must_use db_crate_count(struct db *db, const struct crate_filter *f,
					  uint64_t *ret);

/* The name of a crate; *ret is absent for none. */
const struct err *must_use db_crate_name(struct db *db, uint64_t id, struct text *ret);

/*
 * Ids of keywords, lower case. *ret_n is less than n where one is unknown, so that no crate has them all. n is at most
 * CRATE_FILTER_KEYWORDS.
 */
const struct err *must_use db_keyword_ids(struct db *db, const struct text *words, size_t n,
					  uint64_t ids[CRATE_FILTER_KEYWORDS], uint64_t *ret_n);

extern const struct db_stmt *const db_crate_list_stmts[];
