/*
 * The transaction in which a JSON Web Token becomes a token that publishes (contract/api.md 27.1 from row 7 on): its id is used up,
 * what it claims is held against the configurations, the token is written. Refused in between, nothing of it stays: the same
 * JSON Web Token may be shown again.
 */
#pragma once

#include "app/registry/trustpub.h"
#include "db/db.h"

struct json_object;

struct trustpub_exchange {
	bool grants; /* an issuer of neither kind: what the operator granted counts, */
	struct json_object *claims;
	struct text subject;
	enum trustpub_provider provider; /* else the owners' configurations */
	struct trustpub_claims said;
	struct text issuer;
	struct sha256 jti; /* names the JSON Web Token among all of all issuers */
	int64_t jti_expires_us;
	struct sha256 hashed_token; /* of the token to be written */
	int64_t now_us, expires_us;
};

/* NULL, ERR_INVALID in the reference's words, ERR_BUSY. */
const struct err *must_use db_trustpub_exchange(struct db *db, const struct trustpub_exchange *x);

extern const struct db_stmt *const db_trustpub_exchange_stmts[];
