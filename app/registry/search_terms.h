/*
 * The words a crate is found by: English stems (Snowball, as PostgreSQL's english configuration
 * uses them) of name, keywords, description and README, each with the sum of the weights of where
 * it occurs (contract/api.md 9.2).
 */
#pragma once

#include "app/registry/manifest.h" /* struct texts */

struct arena;

enum {
	SEARCH_TERM_MAX_BYTES = 64,  /* longer words are not found */
	SEARCH_TERMS_MAX = 2000,     /* of one crate: the first in the order of the fields */
	SEARCH_README_BYTES = 65536, /* of the README, so much is read */
	SEARCH_QUERY_TERMS_MAX = 8,  /* of a query: further words are ignored */
};

/* A tenth of the reference's weights A to D, times 100. */
enum { SEARCH_NAME = 100, SEARCH_KEYWORD = 40, SEARCH_DESCRIPTION = 20, SEARCH_README = 10 };

/* One occurrence after another of a word in one field counts, up to so many. */
enum { SEARCH_OCCURRENCES_MAX = 3 };

/* A name that is nothing but that word counts so much more: `tokio` is what is meant before `tokio-util`. */
enum { SEARCH_WHOLE_NAME = 100 };

struct search_source {
	struct text name, description, readme; /* absent ones hold nothing */
	struct texts keywords;
};

struct search_term {
	struct text term;
	uint64_t weight;
};

/* arena; each term once, in no order of meaning. */
void search_terms_of_crate(struct arena *a, const struct search_source *in,
			   struct search_term **ret, size_t *ret_n);

/* The stems of a query, each once, without stop words; at most SEARCH_QUERY_TERMS_MAX. arena */
void search_terms_of_query(struct arena *a, struct text q, struct text **ret, size_t *ret_n);

/* The word that a query ends with, in lower case; absent where it ends with something else. arena */
struct text search_last_word(struct arena *a, struct text q);

/* The stem of one word in lower case. arena */
struct text search_stem(struct arena *a, struct text word);

/* Every run of three bytes of a canonical name, each once: for words inside of names. arena; empty
 * below three bytes. */
void search_grams(struct arena *a, struct text canon_name, struct text **ret, size_t *ret_n);

/* The same of the name with a '_' before and behind it: "_ab" is in it where one of its words begins with "ab", "_a_"
 * where one is "a". arena */
void search_grams_of_name(struct arena *a, struct text canon_name, struct text **ret,
			  size_t *ret_n);

/* Popularity in steps of log2, so that few scores change from day to day: 0 for none. */
uint64_t search_popularity_step(uint64_t recent_downloads);

/*
 * What a posting is ordered by; at most SEARCH_SCORE_MAX. Popularity counts by its square: what everybody uses and mentions
 * is before what nobody uses and is called so, but not before what some use and is called so.
 */
enum { SEARCH_SCORE_MAX = 65535 };
uint64_t search_score(uint64_t weight, uint64_t popularity_step);
