/* The address of an account, and whether its owner has shown that letters to it reach him (contract/api.md 21). */
#pragma once

#include "db/db.h"

/* Inside the transaction that makes the account, or its first address. ERR_EXISTS where it has one. */
const struct err *must_use db_email_add(struct db *db, uint64_t user_id, struct text email,
					bool is_verified);

/* The verified address; *ret absent where there is none. arena */
const struct err *must_use db_email_verified(struct db *db, uint64_t user_id, struct text *ret);

/*
 * A new address, or the same again, to be verified by the letter that this leaves (db/mail.h). Its token stays for the same
 * address. One transaction.
 */
const struct err *must_use db_email_set(struct db *db, uint64_t user_id, struct text email);

/* Another letter, with a new token. ERR_INVALID `Email could not be found`. One transaction. */
const struct err *must_use db_email_resend(struct db *db, uint64_t user_id);

/* ERR_INVALID `Email belonging to token not found.` The token stays good. */
const struct err *must_use db_email_confirm(struct db *db, struct text token);

extern const struct db_stmt *const db_email_stmts[];
