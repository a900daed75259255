/*
 * What an operator grants to workflows of issuers that are neither GitHub nor GitLab: claims that a JSON Web Token must show, each
 * with a pattern, for one crate. A pattern is the value itself, or its beginning and '*'.
 */
#pragma once

#include "app/registry/manifest.h" /* struct texts */

struct arena;
struct json_object;

enum { GRANT_CLAIMS_MAX = 16, GRANT_TEXT_MAX_BYTES = 512 };

/*
 * "ref=refs/heads/main" and more of the kind as the JSON that is stored; arena. Absent, and *ret_why a sentence, where it would
 * grant nothing or too much: no claim at all, one twice, a bare "*", or a claim that every token has (iss, aud, exp, ...).
 */
struct text grant_make(struct arena *a, struct texts pairs, const char **ret_why);

/* Whether all of what is stored fits the claims. A value that is no text, number or boolean fits nothing. */
bool grant_fits(struct arena *a, struct text stored, struct json_object *claims);

/* The trustpub_data of a version: {"provider":"oidc","issuer","subject"}. arena */
struct text grant_data(struct arena *a, struct text issuer, struct text subject);
