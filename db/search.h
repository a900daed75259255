/*
 * The search of crates (design.md 5): postings clustered by (term, score), so that the best of a common word are the
 * first rows of a range. No server setting and no other engine is needed.
 *
 * A query looks at SEARCH_CANDIDATES crates at the most, the reference's own bound: the best of the rarest word, each
 * looked up under the others.
 */
#pragma once

#include "app/registry/search_terms.h"
#include "db/db.h"

enum { SEARCH_CANDIDATES = 1000 };

/*
 * Writes the postings of a crate anew; inside the transaction that changed what they are made of. recent_downloads gives
 * the popularity; where there is no figure yet, a sixteenth of all downloads stands for it.
 */
const struct err *must_use db_search_put(struct db *db, uint64_t crate_id, struct text canon_name,
					 const struct search_source *source,
					 uint64_t recent_downloads);

/* The same from what is stored, in a transaction of its own that locks the crate: for a rebuild. A crate that is gone is
 * no error. */
const struct err *must_use db_search_rebuild(struct db *db, struct text canon_name);

/*
 * Crates that search does not have yet, in the order of their ids: as many after that one as make a million postings, a
 * hundred megabytes of memory while it runs. *ret_crates is 0 at the end. In transactions of its own; what another puts
 * meanwhile stays, and running it again does no harm.
 */
const struct err *must_use db_search_bulk(struct db *db, uint64_t after, uint64_t *ret_last,
					  uint64_t *ret_crates);

/* Whether search has no crate at all. */
const struct err *must_use db_search_is_empty(struct db *db, bool *ret);

/* Canonical names of crates that have changed since that moment, at most 10,000. */
const struct err *must_use db_search_changed(struct db *db, int64_t since_us, struct text **ret,
					     size_t *ret_n);

/* Counts anew how many crates have each word and each three letters that very many have: what a search estimates by. */
const struct err *must_use db_search_count_words(struct db *db);

/* What the popularity in a crate's scores was made of, and what it would be made of now. */
enum { SEARCH_POPULARITY_MAX = 10000 };
struct search_popularity {
	uint64_t crate_id, step;
	struct text canon_name;
	struct opt_u64 recent_downloads; /* as db_search_put takes them; not set: 0 */
};

/* Of crates behind that id, by id; at most SEARCH_POPULARITY_MAX. */
const struct err *must_use db_search_popularity(struct db *db, uint64_t after,
						struct search_popularity **ret, size_t *ret_n);

struct search_hit {
	uint64_t crate_id, score;
};

struct search_result {
	struct search_hit *hits; /* best first; exact matches of the name are not among them */
	size_t n;
	struct opt_u64 exact; /* the crate that is called so, in any spelling */
	uint64_t total; /* with the exact one; no less than what is there when the bound was hit */
};

/*
 * q: what was typed, not empty. Found are crates with all words, and those with the text inside their names; of one or
 * two letters, those with a word in the name that begins with them. Where that is little, also those with a word that
 * begins with the last one. At most nine queries.
 */
const struct err *must_use db_search(struct db *db, struct text q, struct search_result *ret);

/* The same among these crates only (a filter's), however far behind they stand among all. Each 512 take two queries. */
const struct err *must_use db_search_within(struct db *db, struct text q, const uint64_t *ids,
					    size_t n, struct search_result *ret);

extern const struct db_stmt *const db_search_write_stmts[];
extern const struct db_stmt *const db_search_stmts[];
extern const struct db_stmt *const db_search_rebuild_stmts[];
extern const struct db_stmt *const db_search_bulk_stmts[];
