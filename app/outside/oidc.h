/*
 * The keys of an issuer of OpenID Connect tokens, by its discovery document (OpenID Connect Discovery 1.0, 4). What it answers is
 * a stranger's input: sizes and times are limited, its name must be the one that was asked for, and the keys come from the
 * same scheme, host and port, unless the configuration names another address of them.
 */
#pragma once

#include "app/base/config.h"
#include "app/base/err.h"

struct http;

enum { OIDC_TIMEOUT_MS = 5000 };

/*
 * The JSON Web Key Set, within OIDC_TIMEOUT_MS in all; arena. On every failure 500 "Failed to load OIDC key set", with the cause
 * for the log. Never inside a transaction.
 */
const struct err *must_use oidc_key_set(struct http *h, struct arena *a,
					const struct config_issuer *issuer, struct text *ret);

/* The same refusal for whoever did not even try. cause is borrowed; arena, never NULL */
const struct err *oidc_no_key_set(struct arena *a, struct text cause);
