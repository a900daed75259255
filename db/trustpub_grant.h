/* What workflows of other issuers than GitHub and GitLab may publish (app/registry/trustpub_grant.h): the operator's to say. */
#pragma once

#include "db/db.h"

/* GRANTS_MAX: of one issuer; each exchange of one of its tokens looks through all of them. */
enum { GRANTS_MAX = 1000, GRANTS_PAGE = 1000 };

struct trustpub_grant {
	uint64_t id, crate_id;
	int64_t created_us;
	struct text crate; /* stored name */
	struct text issuer;
	struct text claims; /* JSON object: claim and pattern */
};

/* *ret_id. ERR_LIMIT where the issuer has GRANTS_MAX of them; ERR_NOT_FOUND where the crate went meanwhile. */
const struct err *must_use db_trustpub_grant_add(struct db *db, uint64_t crate_id,
						 struct text issuer, struct text claims,
						 uint64_t *ret_id);

/* *ret_found */
const struct err *must_use db_trustpub_grant_delete(struct db *db, uint64_t id, bool *ret_found);

/* Of an issuer; by id, at most GRANTS_MAX. */
const struct err *must_use db_trustpub_grants_of_issuer(struct db *db, struct text issuer,
							struct trustpub_grant **ret, size_t *ret_n);

/* Of all of them, those after that id; at most GRANTS_PAGE. */
const struct err *must_use db_trustpub_grants(struct db *db, uint64_t after_id,
					      struct trustpub_grant **ret, size_t *ret_n);

extern const struct db_stmt *const db_trustpub_grant_stmts[];
