/* What the pages of a crate show around their content: the crate and facts about it, but for the version's row all in one query. */
#pragma once

#include "db/crate_view.h"

struct crate_facts {
	uint64_t dependents;      /* kept, not counted */
	uint64_t dependencies;    /* of the version */
	uint64_t advisories;      /* not withdrawn */
	uint64_t follows;         /* 1: the user follows the crate */
	uint64_t owns;            /* 1: the user is an individual owner */
	uint64_t teams;           /* that own the crate */
	struct opt_i64 yanked_us; /* when the version was yanked last */
	struct text keywords;     /* "a,b,c", in the order of the manifest; absent: none */
	struct text categories;   /* lines of slug, tab, name, by slug; absent: none */
	/* What other machines say (docs/elsewhere.md); absent: nothing. */
	struct text replaced_by,
		replaced_url;      /* by the standard library: Markdown, where to read more */
	struct text playground;    /* what the playground calls it in Rust */
	struct opt_u64 docs_built; /* of the version: 1, 0 */
	struct opt_i64 docs_asked_us, docs_wanted_us;
};

struct crate_shown {
	struct crate_view crate;
	struct crate_facts facts;
};

/*
 * The crate of that name, in any spelling, and its facts; those of a version are about the one numbered num, or about the
 * default version where num is absent, and 0 where there is none. user_id 0: nobody is signed in. ERR_NOT_FOUND ("Not
 * Found") without such a crate. One query.
 */
const struct err *must_use db_crate_shown(struct db *db, struct text name, struct text num,
					  uint64_t user_id, struct crate_shown *ret);

enum { NEAR_NAMES = 5 };

/* Names of crates that look like one that is not there, the nearest first, at most NEAR_NAMES. name is valid. One query. */
struct near_name {
	struct text name, canon_name;
	size_t distance; /* not of the database */
};
const struct err *must_use db_near_names(struct db *db, struct text name, struct near_name **ret,
					 size_t *ret_n);

extern const struct db_stmt *const db_crate_page_stmts[];
