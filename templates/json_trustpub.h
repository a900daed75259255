/* JSON of trusted publishing: contract/api.md 7.8. */
#pragma once

#include "app/base/jw.h"
#include "app/registry/trustpub.h"

/*
 * GitHubConfig or GitLabConfig. One that trusts another issuer than github.com or gitlab.com has `issuer` behind that; its
 * repository_owner_id is null until the first exchange.
 */
void json_trustpub_config(struct jw *j, const char *key, enum trustpub_provider p,
			  const struct trustpub_config *c);
