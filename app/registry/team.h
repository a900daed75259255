/* Teams of GitHub as owners are written: `github:org:team` (contract/api.md 16). */
#pragma once

#include "app/base/text.h"

struct arena;
struct err;

/*
 * Organisation and team of it, borrowed; ERR_INVALID in the contract's words for another provider, a missing team, or an
 * organisation with characters that none has. upstream: what follows a third colon is not looked at.
 */
const struct err *must_use team_login_split(struct arena *a, struct text login,
					    struct text *ret_org, struct text *ret_team);
