/* The key sets of issuers, fetched by one worker for all of them. */
#pragma once

#include "db/db.h"

struct trustpub_keys {
	struct text key_set;       /* absent: none came yet */
	struct opt_i64 fetched_us; /* when it came */
	int64_t tried_us;          /* when somebody last set out to fetch it */
};

const struct err *must_use db_trustpub_keys(struct db *db, struct text issuer,
					    struct trustpub_keys *ret, bool *ret_found);

/*
 * Whoever gets true is the one to fetch now: nobody has set out within every_us before now_us. One who set out after now_us was
 * a moment faster; only further ahead than every_us is it a clock that was set back since.
 */
const struct err *must_use db_trustpub_keys_claim(struct db *db, struct text issuer, int64_t now_us,
						  int64_t every_us, bool *ret);

const struct err *must_use db_trustpub_keys_store(struct db *db, struct text issuer,
						  struct text key_set, int64_t now_us);

/* It failed: tried_us becomes this, so that the next one may try sooner. */
const struct err *must_use db_trustpub_keys_failed(struct db *db, struct text issuer,
						   int64_t tried_us);

extern const struct db_stmt *const db_trustpub_keys_stmts[];
