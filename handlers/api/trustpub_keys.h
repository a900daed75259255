/*
 * Which key of an issuer a JSON Web Token names. The key sets are in the database, so that all workers share them: one hour old
 * at most, fetched anew where a key is not among them, at most once in 60 s over all workers, and by one worker at a time. An
 * issuer that cannot be reached leaves what there is good for a day.
 */
#pragma once

#include "app/base/config.h"
#include "app/server/req.h"

struct json_object;

/* ERR_INVALID "Invalid JWT key ID"; 500 "Failed to load OIDC key set"; ERR_BUSY while another worker fetches the first one. */
const struct err *must_use trustpub_key(struct req *r, const struct config_issuer *issuer,
					struct text kid, struct json_object **ret);
