/* The caller's own address, as the API and the page of his settings change it (contract/api.md 21). */
#pragma once

#include "app/server/req.h"

/*
 * Stores it, to be confirmed by the letter that goes there; white space at its ends is cut. ERR_INVALID in the contract's words
 * for what is no address, ERR_LIMIT for too many letters.
 */
const struct err *must_use own_email_set(struct req *r, struct text email);

/* Another letter with a new token. ERR_INVALID `Email could not be found`, ERR_LIMIT. */
const struct err *must_use own_email_resend(struct req *r);
