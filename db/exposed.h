/* Tokens that somebody found in public (contract/api.md 30): they are worth nothing from then on, and their users are told. */
#pragma once

#include "db/mail.h"

/*
 * An API token, run out or not. *ret_known false: there is none of that hash. One that was revoked before is known, and nobody
 * is told again. One transaction.
 */
const struct err *must_use db_exposed_token(struct db *db, const struct sha256 *hash,
					    const struct mail_exposure *x, bool *ret_known);

/* A trusted-publishing token, run out or not: its row goes. One transaction. */
const struct err *must_use db_exposed_trustpub(struct db *db, const struct sha256 *hash,
					       const struct mail_exposure *x, bool *ret_known);

extern const struct db_stmt *const db_exposed_stmts[];
